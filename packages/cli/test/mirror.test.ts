import { execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGithubStand } from '@montana/github-stand'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { longIt } from '../../../test/support/long-it.js'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'deploy', 'examples', 'continuity')
const AUTHOR = ['-c', 'user.name=operator', '-c', 'user.email=operator@continuity.invalid']

let root: string
let source: string
const git = (...args: string[]) => execFileSync('git', args, { cwd: source, encoding: 'utf8' })

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mirror-cli-'))
  source = join(root, 'source')
  cpSync(EXAMPLE, source, { recursive: true })
  git('init', '--quiet', '--initial-branch=main')
  commit('The service')
  writeFileSync(join(source, '.env'), 'MIRROR_ENABLED=true\nMIRROR_ROLE=MASTER\n# kept\n', { mode: 0o600 })
})

afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }))

function commit(message: string): void {
  git('add', '--all')
  git(...AUTHOR, 'commit', '--quiet', '--allow-empty', '-m', message)
}

function archive(name: string): string {
  const path = join(root, `${name}.git`)
  git('init', '--quiet', '--bare', '--initial-branch=main', path)
  return path
}

interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function start(args: readonly string[]) {
  const { PATH = '', HOME = '' } = process.env
  return spawn(process.execPath, [MAIN, 'mirror', ...args], { cwd: source, env: { PATH, HOME } })
}

function mirror(args: readonly string[], input = ''): Promise<Run> {
  const child = start(args)
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  child.stdin.end(input)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}

describe('montana mirror', () => {
  it('tests a target, saves it, brings it in step and says so', async () => {
    const path = archive('second')
    expect(await mirror(['add', '--url', path, '--name', 'second'])).toMatchObject({ code: 0 })
    const env = readFileSync(join(source, '.env'), 'utf8')
    expect(env).toContain('# kept\n')
    expect(env).toContain('MIRROR_1_TYPE=git\n')
    expect(statSync(join(source, '.env')).mode & 0o777).toBe(0o600)
    expect((await mirror(['status'])).code).toBe(3)
    expect(await mirror(['sync'])).toMatchObject({ code: 0, stdout: 'second code ok\n' })
    expect(git('--git-dir', path, 'rev-parse', 'main')).toBe(git('rev-parse', 'main'))
    const { code, stdout } = await mirror(['status', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout).layers).toMatchObject([{ mirror: 'second', layer: 'code', status: 'ok', lagCommits: 0 }])
    expect(await mirror(['health'])).toMatchObject({ code: 0, stdout: 'second ok\n' })
  })

  it('saves nothing that cannot be written to', async () => {
    const { code, stderr } = await mirror(['add', '--url', join(root, 'nothing.git')])
    expect(code).toBe(78)
    expect(stderr).toContain('not saved')
    expect(readFileSync(join(source, '.env'), 'utf8')).not.toContain('MIRROR_1')
  })

  it('propagates what a hook asked for with the next sync, and a hook never fails', async () => {
    const path = archive('second')
    await mirror(['add', '--url', path])
    await mirror(['sync'])
    commit('A change')
    expect(await mirror(['hook', 'post-sync'])).toEqual({ code: 0, stdout: '', stderr: '' })
    expect((await mirror(['sync', '--layer', 'code'])).code).toBe(0)
    expect(git('--git-dir', path, 'rev-parse', 'main')).toBe(git('rev-parse', 'main'))
    appendFileSync(join(source, '.env'), 'MIRROR_1_TOKN=x\n')
    const broken = await mirror(['hook', 'secret-changed', 'MAIL_TOKEN'])
    expect(broken.code).toBe(0)
    expect(broken.stderr).toContain('MIRROR_1_TOKN')
    expect((await mirror(['status'])).code).toBe(78)
  })

  longIt('asks for a decision when the target has work of its own, and leaves it alone', async () => {
    const path = archive('second')
    await mirror(['add', '--url', path])
    await mirror(['sync'])
    const foreign = git(
      '--git-dir',
      path,
      ...AUTHOR,
      'commit-tree',
      '-p',
      'main',
      '-m',
      'Foreign',
      'main^{tree}',
    ).trim()
    git('--git-dir', path, 'update-ref', 'refs/heads/main', foreign)
    commit('Ours')
    const { code, stdout } = await mirror(['sync'])
    expect(code).toBe(4)
    expect(stdout).toContain('diverged REF_DIVERGED')
    expect(git('--git-dir', path, 'rev-parse', 'main').trim()).toBe(foreign)
  })

  it('takes a token from stdin, keeps it in a file of its own, and shows it nowhere', async () => {
    const stand = await startGithubStand()
    onTestFinished(() => stand.close())
    const repository = await stand.createRepository({ owner: 'second', name: 'continuity' })
    await repository.commit({ files: { README: 'x' } })
    const token = stand.createToken({ account: 'second', scopes: ['repo', 'workflow'] })
    const where = ['--repo', 'second/continuity', '--api-url', stand.enterpriseApiUrl]
    const { code, stdout, stderr } = await mirror(['add', ...where, '--token-stdin'], token)
    expect(stderr + stdout).not.toContain(token)
    expect(code, stderr).toBe(0)
    const file = /MIRROR_1_TOKEN_FILE=(.*)/.exec(readFileSync(join(source, '.env'), 'utf8'))?.[1] ?? ''
    expect(readFileSync(file.replaceAll('"', ''), 'utf8').trim()).toBe(token)
    expect(statSync(file.replaceAll('"', '')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(source, '.env'), 'utf8')).not.toContain(token)
  })

  longIt('keeps no token of a target that is not saved, whatever it failed on', async () => {
    const stored = join(source, '.git', 'montana', 'mirror', 'credentials', 'slot-1')
    // A path takes no token: the new keys are refused before anything is tested.
    const misplaced = await mirror(['add', '--url', archive('second'), '--token-stdin'], 'of-the-replica')
    expect(misplaced, misplaced.stderr).toMatchObject({ code: 78 })
    expect(existsSync(stored)).toBe(false)
    const silent = ['--repo', 'second/continuity', '--api-url', 'http://127.0.0.1:9', '--token-stdin']
    expect((await mirror(['add', ...silent], 'of-the-replica')).code).not.toBe(0)
    expect(existsSync(stored)).toBe(false)
    expect(readFileSync(join(source, '.env'), 'utf8')).not.toContain('MIRROR_1')
  })

  longIt('takes none of its own files along when everything is added, and refuses to mirror a credential', async () => {
    const path = archive('second')
    await mirror(['add', '--url', path])
    expect((await mirror(['status'])).code).toBe(3)
    git('add', '--all')
    expect(git('ls-files')).not.toMatch(/\.env|\.montana|mirror\.sqlite/)
    git('add', '--force', '--', '.env')
    git(...AUTHOR, 'commit', '--quiet', '-m', 'Everything')
    const refused = await mirror(['sync', '--json'])
    expect(refused, refused.stderr).toMatchObject({ code: 78 })
    const { error } = JSON.parse(refused.stdout).layers[0]
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('refs/heads/main tracks .env'),
    })
    expect(git('--git-dir', path, 'for-each-ref')).toBe('')
    git('rm', '--quiet', '--cached', '--', '.env')
    commit('Without it')
    const kept = await mirror(['sync'])
    expect(kept).toMatchObject({ code: 78, stdout: expect.stringMatching(/[0-9a-f]{12} holds \.env/) })
    expect(git('--git-dir', path, 'for-each-ref')).toBe('')
    git('reset', '--quiet', '--soft', 'HEAD~2')
    commit('Without it, from the beginning')
    expect((await mirror(['sync'])).code).toBe(0)
  })

  it('goes on with a data folder that stands in the work tree', async () => {
    const path = archive('second')
    mkdirSync(join(source, '.montana', 'mirror'), { recursive: true })
    await mirror(['add', '--url', path])
    await mirror(['sync'])
    expect(existsSync(join(source, '.montana', 'mirror', 'mirror.sqlite'))).toBe(true)
    expect(existsSync(join(source, '.git', 'montana'))).toBe(false)
    rmSync(join(source, '.gitignore'))
    expect(git('status', '--porcelain')).not.toContain('.montana')
  })

  it('names the keys of the configuration when it does not know of which repository it speaks', async () => {
    for (const verb of ['guard', 'recover']) {
      const { code, stderr } = await mirror([verb])
      expect(code).toBe(78)
      expect(stderr).toContain('set MASTER_REPO')
      expect(stderr).not.toContain('GITHUB_REPOSITORY')
    }
    expect((await mirror(['sentinel', 'run', '--once'])).stderr).toContain('MIRROR_<N>_REPO')
    expect(await mirror(['sentinel', 'status'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('add a replica'),
    })
  })

  it('says that nothing is done while mirroring is off', async () => {
    await mirror(['add', '--url', archive('second')])
    const env = readFileSync(join(source, '.env'), 'utf8')
    writeFileSync(join(source, '.env'), env.replace('MIRROR_ENABLED=true', 'MIRROR_ENABLED=false'))
    const { code, stdout } = await mirror(['sync', '--json'])
    expect(code).toBe(5)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'INERT', field: 'MIRROR_ENABLED' } })
    expect((await mirror(['sync'])).stderr).toContain('MIRROR_ENABLED=true')
  })

  it('shows a target that was never synced, layer by layer', async () => {
    await withReplica()
    const { code, stdout } = await mirror(['status', '--json'])
    expect(code).toBe(3)
    const { layers } = JSON.parse(stdout)
    expect(layers.map(({ layer, status }: Record<string, string>) => `${layer} ${status}`)).toEqual([
      ...['code never', 'workflows never', 'secrets never', 'variables never'],
    ])
    expect((await mirror(['status'])).stdout).toContain('mirror-1')
  })

  it('writes the workflow of the sentinel and checks the others', async () => {
    expect((await mirror(['workflows', 'check'])).stdout).toContain('WORKFLOW_MISSING')
    expect((await mirror(['sentinel', 'workflow', '--repo', 'second/continuity', '--check'])).code).toBe(3)
    expect((await mirror(['sentinel', 'workflow', '--repo', 'second/continuity', '--write'])).code).toBe(0)
    expect((await mirror(['sentinel', 'workflow', '--repo', 'second/continuity', '--check'])).code).toBe(0)
    expect((await mirror(['workflows', 'check'])).code).toBe(0)
    appendFileSync(join(source, '.github', 'montana', 'sentinel.mjs'), '// edited\n')
    const edited = await mirror(['sentinel', 'workflow', '--repo', 'second/continuity', '--check'])
    expect(edited).toMatchObject({ code: 3 })
    expect(edited.stdout).toContain('.github/montana/sentinel.mjs is missing or differs')
  })

  longIt('guards and watches on a host, with what the configuration says instead of a workflow', async () => {
    const { stand, token } = await withReplica()
    const guarded = await mirror(['guard', '--json'])
    expect(guarded).toMatchObject({ code: 5 })
    expect(JSON.parse(guarded.stdout)).toMatchObject({ code: 'FENCED' })
    expect((await mirror(['recover'])).code).toBe(5)

    const without = await mirror(['sentinel', 'run', '--once'])
    expect(without).toMatchObject({ code: 78 })
    expect(without.stderr).toContain('MIRROR_SENTINEL_TOKEN')
    appendFileSync(join(source, '.env'), `MIRROR_1_SENTINEL_TOKEN=${token}\n`)
    const looked = await mirror(['sentinel', 'run', '--once', '--json'])
    expect(looked, looked.stderr).toMatchObject({ code: 7 })
    expect(JSON.parse(looked.stdout)).toMatchObject({ verdict: 'unknown' })
    expect(stand.repository('second/continuity').variables.get('SENTINEL_FAILURES')).toBe('0')
    expect(looked.stdout + looked.stderr + guarded.stdout).not.toContain(token)
  })

  longIt(
    'sets what the guards and the sentinel are handed, and says what is missing before it sets anything',
    async () => {
      const { stand, token } = await withReplica()
      const [first, second] = [stand.repository('first/continuity'), stand.repository('second/continuity')]
      const poor = await mirror(['sentinel', 'install'])
      expect(poor).toMatchObject({ code: 78 })
      for (const key of ['MIRROR_FENCE_TOKEN', 'MIRROR_1_SENTINEL_TOKEN']) expect(poor.stderr).toContain(key)
      appendFileSync(join(source, '.env'), 'MIRROR_FENCE_TOKEN=of-the-fence\nMIRROR_1_SENTINEL_TOKEN=of-the-sentinel\n')
      const dry = await mirror(['sentinel', 'install', '--dry-run'])
      expect(dry, dry.stderr).toMatchObject({ code: 0 })
      expect(dry.stdout).toContain('first/continuity  secret MIRROR_FENCE_TOKEN  wanted')
      expect([first.secrets.size, second.secrets.size]).toEqual([0, 0])
      const set = await mirror(['sentinel', 'install', '--json'])
      expect(set, set.stderr).toMatchObject({ code: 0 })
      expect(first.variables.get('MIRROR_FENCE_REPO')).toBe('second/continuity')
      expect(first.variables.get('MIRROR_1_REPO')).toBe('second/continuity')
      expect((await mirror(['sentinel', 'workflow', '--check'])).code).toBe(0)
      expect(first.secrets.get('MIRROR_FENCE_TOKEN')).toBe('of-the-fence')
      expect(first.secrets.get('MIRROR_1_TOKEN')).toBe(token)
      expect(Object.fromEntries(second.secrets)).toEqual({ MIRROR_SENTINEL_TOKEN: 'of-the-sentinel' })
      const again = await mirror(['sentinel', 'install'])
      expect(again.stdout).toContain('variable MIRROR_FENCE_REPO  unchanged')
      for (const secret of [token, 'of-the-fence', 'of-the-sentinel'])
        expect(poor.stderr + dry.stdout + set.stdout + again.stdout).not.toContain(secret)
    },
  )

  it('watches until it is stopped, and ends with 0 then', async () => {
    const { token } = await withReplica()
    appendFileSync(join(source, '.env'), `MIRROR_1_SENTINEL_TOKEN=${token}\n`)
    const child = start(['sentinel', 'run', '--json'])
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk))))
    expect(JSON.parse(line)).toMatchObject({ verdict: 'unknown' })
    child.kill('SIGTERM')
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
  })

  /** A primary and a replica on one stand, without a fence record. */
  async function withReplica() {
    const stand = await startGithubStand()
    onTestFinished(() => stand.close())
    for (const owner of ['first', 'second']) {
      const repository = await stand.createRepository({ owner, name: 'continuity' })
      await repository.commit({ files: { 'state/current.json': '{}' } })
      repository.setVariable('MIRROR_ROLE', owner === 'first' ? 'MASTER' : 'SLAVE')
    }
    const token = stand.createToken({ account: 'second', scopes: ['repo', 'workflow'] })
    const master = stand.createToken({ account: 'first', scopes: ['repo', 'workflow'] })
    const lines = [
      ...['MASTER_REPO=first/continuity', `MASTER_TOKEN=${master}`, 'MIRROR_1_REPO=second/continuity'],
      ...[`MIRROR_1_TOKEN=${token}`, `MIRROR_1_API_URL=${stand.url}`],
      ...[`GITHUB_API_URL=${stand.url}`, `GITHUB_SERVER_URL=${stand.url}`],
    ]
    appendFileSync(join(source, '.env'), `${lines.join('\n')}\n`)
    return { stand, token }
  }

  it('refuses what it does not know', async () => {
    for (const args of [
      ['sync', '--layer', 'wiki'],
      ['sync', 'nobody'],
      ['health', 'nobody'],
      ['status', 'nobody'],
      ['add'],
      ['status', '--all'],
    ])
      expect((await mirror(args)).code, args.join(' ')).toBe(2)
  })
})
