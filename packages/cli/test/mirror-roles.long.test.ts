import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GithubStand, type StandRepository, startGithubStand } from '@montana/github-stand'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { longIt } from '../../../test/support/long-it.js'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'deploy', 'examples', 'continuity')
const AUTHOR = ['-c', 'user.name=operator', '-c', 'user.email=operator@continuity.invalid']
const SCOPES = ['repo', 'workflow'] as const
const CONFIRM = ['--confirm', 'second/continuity']

interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

let root: string
let source: string
let stand: GithubStand
let primary: StandRepository
let replica: StandRepository
let tokens: string[]

const git = (...args: string[]) => execFileSync('git', args, { cwd: source, encoding: 'utf8' }).trim()

/** A primary with the example on one account, its checkout here, and an empty replica on another. */
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'mirror-roles-'))
  source = join(root, 'source')
  stand = await startGithubStand()
  primary = await stand.createRepository({ owner: 'first', name: 'continuity' })
  replica = await stand.createRepository({ owner: 'second', name: 'continuity' })
  for (const { runs } of [primary, replica])
    runs.onChange(({ id, status }) => {
      if (status === 'queued') setTimeout(() => runs.complete(id, 'success'), 1)
    })
  tokens = ['first', 'second'].map((account) => stand.createToken({ account, scopes: SCOPES }))
  execFileSync('cp', ['-r', EXAMPLE, source])
  git('init', '--quiet', '--initial-branch=main')
  writeFileSync(join(source, '.env'), settings(), { mode: 0o600 })
  writeFileSync(join(source, '.git', 'info', 'exclude'), '.env\n')
  expect((await mirror(['sentinel', 'workflow', '--write'])).code).toBe(0)
  commit('The service')
  git('push', '--quiet', primary.path, 'main')
  primary.setVariable('MIRROR_ROLE', 'MASTER')
})

afterEach(async () => {
  await stand.close()
  rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
})

function settings(): string {
  const [master, token] = tokens
  const lines = [
    ...['# kept', 'MIRROR_ENABLED=true', 'MIRROR_ROLE=MASTER', 'MASTER_REPO=first/continuity'],
    ...[`MASTER_TOKEN=${master}`, `GITHUB_API_URL=${stand.url}`, 'MAIL_TOKEN=mail-secret-of-the-service'],
    ...['MIRROR_1_REPO=second/continuity', 'MIRROR_1_NAME=second', `MIRROR_1_TOKEN=${token}`],
    ...[`MIRROR_1_API_URL=${stand.url}`, 'MIRROR_1_ON_DIVERGE=rescue'],
  ]
  return `${lines.join('\n')}\n`
}

function commit(message: string): void {
  git('add', '--all')
  git(...AUTHOR, 'commit', '--quiet', '--allow-empty', '-m', message)
}

async function mirror(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Run> {
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, GITHUB_API_URL: stand.url, GITHUB_SERVER_URL: stand.url, ...environment }
  const child = spawn(process.execPath, [MAIN, 'mirror', ...args], { cwd: source, env })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  child.stdin.end()
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  for (const token of [...tokens, 'mail-secret-of-the-service']) expect(stdout + stderr).not.toContain(token)
  return { code, stdout, stderr }
}

const json = ({ stdout }: Run) => JSON.parse(stdout)

/** Writes to a target are spaced by a second, as its provider asks. */
const PACED = { timeout: 120_000 }

describe('montana mirror, roles', PACED, () => {
  it('promotes by hand when the name is typed and nobody holds a permit', async () => {
    expect((await mirror(['sync'])).code).toBe(0)
    const untyped = await mirror(['promote', 'second', '--reason', 'a drill'])
    expect(untyped).toMatchObject({ code: 2 })
    expect(untyped.stderr).toContain('--confirm second/continuity')
    expect(replica.variables.get('MIRROR_ROLE')).toBe('SLAVE')
    const promoted = await mirror(['promote', 'second', '--reason', 'a drill', '--drained', ...CONFIRM])
    expect(promoted, promoted.stdout + promoted.stderr).toMatchObject({ code: 0 })
    expect(promoted.stdout).toContain('second planned done, epoch 2')
    expect(replica.variables.get('MIRROR_ROLE')).toBe('TEMPORARY_MASTER')
    expect((await mirror(['guard'])).code).toBe(5)
  })

  longIt('promotes by hand, waits for permits, and demotes again', async () => {
    const synced = await mirror(['sync'])
    expect(synced, synced.stdout + synced.stderr).toMatchObject({ code: 0 })

    const shown = await mirror(['promote', 'second', '--reason', 'a drill', '--dry-run', '--json'])
    expect(shown, shown.stdout + shown.stderr).toMatchObject({ code: 0 })
    expect(json(shown)).toMatchObject({ outcome: 'shown', change: 'planned', epochBefore: 1, epochAfter: 1 })
    expect(replica.variables.get('MIRROR_ROLE')).toBe('SLAVE')

    const untyped = await mirror(['promote', 'second', '--reason', 'a drill'])
    expect(untyped).toMatchObject({ code: 2 })
    expect(untyped.stderr).toContain('--confirm second/continuity')

    const waiting = await mirror(['promote', 'second', '--reason', 'a drill', ...CONFIRM, '--json'])
    expect(waiting, waiting.stdout + waiting.stderr).toMatchObject({ code: 75 })
    expect(json(waiting)).toMatchObject({ error: { code: 'BUSY' } })
    expect(json(waiting).error.message).toContain('another 40 min')
    expect(replica.variables.get('MIRROR_ROLE')).toBe('SLAVE')
    expect((await mirror(['guard'])).code).toBe(5)

    const promoted = await mirror(['promote', 'second', '--reason', 'a drill', '--drained', ...CONFIRM])
    expect(promoted, promoted.stdout + promoted.stderr).toMatchObject({ code: 0 })
    expect(promoted.stdout).toContain('second planned done, epoch 2')
    expect(replica.variables.get('MIRROR_ROLE')).toBe('TEMPORARY_MASTER')
    expect((await mirror(['guard'])).code).toBe(5)
    const healthy = await mirror(['health', '--json'])
    expect(healthy, healthy.stdout + healthy.stderr).toMatchObject({ code: 0 })
    expect(json(healthy)).toMatchObject({ targets: [{ target: 'second', health: 'ok', findings: [] }] })

    const acting = await mirror(['remove', 'second', ...CONFIRM])
    expect(acting).toMatchObject({ code: 8 })
    expect(acting.stderr).toContain('montana mirror demote second')

    const over = ['demote', 'second', '--reason', 'the drill is over', ...CONFIRM, '--json']
    const draining = await mirror(over)
    expect(draining, draining.stdout + draining.stderr).toMatchObject({ code: 75 })
    expect(json(draining).error.message).toContain('its last permit is waited for')

    const demoted = await mirror([...over, '--drained'])
    expect(demoted, demoted.stdout + demoted.stderr).toMatchObject({ code: 0 })
    expect(json(demoted)).toMatchObject({ outcome: 'done', epochBefore: 2, epochAfter: 3 })
    expect(replica.variables.get('MIRROR_ROLE')).toBe('SLAVE')
    expect((await mirror(['guard'])).code).toBe(0)
    expect((await mirror(['demote', 'second', '--reason', 'once more', ...CONFIRM])).code).toBe(8)
  })

  longIt('holds the sentinel, tells what it saw, and resumes only what is paused', async () => {
    expect((await mirror(['sync'])).code).toBe(0)
    const never = await mirror(['sentinel', 'status', '--json'])
    expect(never, never.stderr).toMatchObject({ code: 7 })
    expect(json(never)).toMatchObject({ id: 'second', verdict: 'unknown', observedMs: null, holdUntil: null })

    const [, token = ''] = tokens
    const looked = await mirror(['sentinel', 'run', '--once'], { MIRROR_1_SENTINEL_TOKEN: token })
    expect(looked, looked.stdout + looked.stderr).toMatchObject({ code: 0 })
    const held = await mirror(['sentinel', 'hold', '--for', '6h', '--reason', 'new disks', '--json'])
    expect(held, held.stderr).toMatchObject({ code: 0 })
    const seen = await mirror(['sentinel', 'status', '--json'])
    expect(seen, seen.stderr).toMatchObject({ code: 0 })
    expect(json(seen)).toMatchObject({ verdict: 'healthy', count: 0, threshold: 3, holdUntil: json(held).holdUntil })
    expect((await mirror(['sentinel', 'hold', '--end', '--reason', 'done'])).code).toBe(0)
    expect(json(await mirror(['sentinel', 'status', '--json'])).holdUntil).toBeNull()

    const nothing = await mirror(['resume', '--reason', 'to be sure', '--json'])
    expect(nothing).toMatchObject({ code: 8 })
    expect(json(nothing)).toMatchObject({ error: { code: 'PRECONDITION' } })
  })

  longIt('lists, fetches and drops what a push has rescued', async () => {
    expect((await mirror(['sync'])).code).toBe(0)
    expect(await mirror(['rescue', 'list'])).toMatchObject({ code: 0, stdout: 'nothing is kept\n' })
    const foreign = await replica.commit({ files: { 'NOTES.md': 'theirs' }, message: 'Their work' })
    commit('Ours')
    await mirror(['sync', '--layer', 'code'])
    const { rescues } = json(await mirror(['rescue', 'list', '--json']))
    expect(rescues).toMatchObject([{ target: 'second', tip: foreign }])
    const { ref } = rescues[0]

    const shown = await mirror(['rescue', 'show', 'second', ref, '--json'])
    expect(shown, shown.stderr).toMatchObject({ code: 0 })
    expect(json(shown)).toMatchObject({ subject: 'Their work', ahead: 1, behind: 1 })
    expect(git('show', `${json(shown).local}:NOTES.md`)).toBe('theirs')
    const unknown = await mirror(['rescue', 'show', 'second', 'refs/heads/rescue/none'])
    expect(unknown).toMatchObject({ code: 2 })
    expect(unknown.stderr).toContain('rescue list')

    expect((await mirror(['rescue', 'drop', 'second', ref])).code).toBe(2)
    expect((await mirror(['rescue', 'drop', 'second', ref, ...CONFIRM])).code).toBe(0)
    expect(json(await mirror(['rescue', 'list', '--json'])).rescues).toEqual([])
  })

  longIt('removes a target with the names that it made there, and leaves code and the names of others', async () => {
    replica.setSecret('OF_OTHERS', 'x')
    expect((await mirror(['sync'])).code).toBe(0)
    expect(replica.secrets.has('MAIL_TOKEN')).toBe(true)
    const shown = await mirror(['remove', 'second', '--withdraw', 'secrets,variables', '--dry-run', '--json'])
    expect(shown, shown.stderr).toMatchObject({ code: 0 })
    expect(json(shown)).toMatchObject({ outcome: 'shown', withdrawn: { secrets: ['MAIL_TOKEN'] } })
    expect(json(shown).keys).toEqual(expect.arrayContaining(['MIRROR_1_REPO', 'MIRROR_1_TOKEN']))
    expect(replica.secrets.has('MAIL_TOKEN')).toBe(true)
    expect((await mirror(['remove', 'second', '--withdraw', 'wiki', '--dry-run'])).code).toBe(2)
    expect((await mirror(['remove', 'second', ...CONFIRM], { MIRROR_1_NAME: 'second' })).code).toBe(78)

    const removed = await mirror(['remove', 'second', '--withdraw', 'secrets', ...CONFIRM])
    expect(removed, removed.stderr).toMatchObject({ code: 0 })
    expect(replica.secrets.has('MAIL_TOKEN')).toBe(false)
    expect(replica.secrets.has('OF_OTHERS')).toBe(true)
    expect(replica.variables.get('MIRROR_ROLE')).toBe('SLAVE')
    expect(await replica.tip()).toBe(git('rev-parse', 'HEAD'))
    const env = readFileSync(join(source, '.env'), 'utf8')
    expect(env).toContain('# kept')
    expect(env).not.toContain('MIRROR_1_')
    expect(existsSync(join(source, '.git', 'montana', 'mirror', 'mirror.sqlite'))).toBe(true)
    expect(json(await mirror(['status', '--json'])).layers).toEqual([])
  })

  longIt('promotes in place of an account that is lost only when it is forced by name', async () => {
    expect((await mirror(['sync'])).code).toBe(0)
    stand.revokeToken(tokens[0] ?? '')
    const refused = await mirror(['promote', 'second', '--reason', 'the account is lost', ...CONFIRM])
    expect(refused).toMatchObject({ code: 8 })
    expect(refused.stderr).toContain('NO  silence')
    const forced = await mirror([
      'promote',
      'second',
      '--reason',
      'the account is lost',
      '--force',
      ...CONFIRM,
      '--json',
    ])
    expect(forced, forced.stdout + forced.stderr).toMatchObject({ code: 0 })
    expect(json(forced)).toMatchObject({ change: 'force', outcome: 'done', epochAfter: 2 })
  })

  it('refuses what is incomplete, unknown or out of bounds', async () => {
    for (const args of [
      ['promote', 'second', '--dry-run'],
      ['demote', 'nobody', '--reason', 'x', '--dry-run'],
      ['sentinel', 'hold', '--reason', 'x'],
      ['sentinel', 'hold', '--for', '30d', '--reason', 'x'],
      ['rescue', 'drop', 'second', 'x', ...CONFIRM],
    ])
      expect((await mirror(args)).code, args.join(' ')).toBe(2)
  })

  longIt('says of an archive that it cannot be promoted', async () => {
    const path = join(root, 'archive.git')
    git('init', '--quiet', '--bare', path)
    expect((await mirror(['add', '--url', path, '--name', 'archive'])).code).toBe(0)
    const refused = await mirror(['promote', 'archive', '--reason', 'x', '--dry-run', '--json'])
    expect(refused).toMatchObject({ code: 8 })
    expect(json(refused)).toMatchObject({ error: { code: 'NOT_PROMOTABLE' } })
  })
})
