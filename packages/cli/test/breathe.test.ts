import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeIdentity, type Identity, identityFromMasterSeed } from '@montana/crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const HOSTS = ['amsterdam', 'moscow'] as const
const identities = new Map<string, Identity>()
for (const host of HOSTS) {
  identities.set(host, await identityFromMasterSeed(new Uint8Array(Buffer.alloc(64, host))))
}

let root: string

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'breathe-cli-'))
  execFileSync('git', ['init', '--quiet', '--bare', join(root, 'hub.git')])
  for (const host of HOSTS) await makeHost(host)
})

afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }))

async function makeHost(host: string): Promise<void> {
  const identity = identities.get(host)
  if (!identity) throw new Error('no such host')
  mkdirSync(join(root, host, 'data'), { recursive: true })
  mkdirSync(join(root, `id-${host}`))
  writeFileSync(join(root, `id-${host}`, 'identity.bin'), await encodeIdentity(identity), { mode: 0o600 })
  writeFileSync(join(root, `${host}.key`), identity.publicKeys.node)
  writeConfig(host, {})
}

/** The key of moscow as a file, that of amsterdam in the configuration itself. */
function writeConfig(host: string, changes: object): void {
  const inline = Buffer.from(identities.get('amsterdam')?.publicKeys.node ?? []).toString('base64')
  const keys = { amsterdam: inline, moscow: 'moscow.key' }
  const base = { repo: host, remote: './hub.git', node: host, identityDir: `id-${host}`, startDelaySeconds: 0, keys }
  writeFileSync(configOf(host), JSON.stringify({ breathing: { ...base, ...changes } }))
}

function configOf(host: string): string {
  return join(root, `${host}.yaml`)
}

function writeUsers(host: string, value: unknown): void {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  writeFileSync(join(root, host, 'data', 'users.json'), text)
}

function readUsers(host: string): unknown {
  return JSON.parse(readFileSync(join(root, host, 'data', 'users.json'), 'utf8'))
}

interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs `montana breathe …`; `until` is a text in stdout after which it is asked to end. */
async function breathe(args: string[], until?: string): Promise<Run> {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MONTANA_')))
  const child = spawn(process.execPath, [MAIN, 'breathe', ...args], { cwd: root, env: environment })
  const run: Run = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    run.stdout += chunk.toString('utf8')
    if (until !== undefined && run.stdout.includes(until)) child.kill('SIGTERM')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    run.stderr += chunk.toString('utf8')
  })
  run.code = await new Promise((resolve) => child.once('close', resolve))
  return run
}

describe('montana breathe', () => {
  it('once on two hosts carries a file over; status shows it', async () => {
    writeUsers('amsterdam', { 1: { name: 'Ann' } })
    const first = await breathe(['once', '--config', configOf('amsterdam'), '--json'])
    expect(first).toMatchObject({ code: 0 })
    expect(JSON.parse(first.stdout)).toMatchObject({ inhale: true, exhale: true, lastError: null })
    expect(await breathe(['once', '--config', configOf('moscow')])).toMatchObject({
      code: 0,
      stdout: 'inhale done, exhale done\n',
    })
    expect(readUsers('moscow')).toEqual({ 1: { name: 'Ann' } })
    const status = JSON.parse((await breathe(['status', '--config', configOf('moscow'), '--json'])).stdout)
    expect(status).toMatchObject({ node: 'moscow', held: [], clone: [], lastRun: null })
    expect(
      status.refs.map(({ host, isVerified }: { host: string; isVerified: boolean }) => [host, isVerified]),
    ).toEqual([
      ['amsterdam', true],
      ['moscow', true],
    ])
  })

  it('once says which half failed and why, and exits 1', async () => {
    writeUsers('amsterdam', '{"broken')
    const run = await breathe(['once', '--config', configOf('amsterdam')])
    expect(run).toMatchObject({ code: 1, stdout: 'inhale done, exhale failed\n' })
    expect(run.stderr).toMatch(/JSON_INVALID: data\/users\.json/)
  })

  it('resolve decides about what is held back', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [i, { name: `n${i}` }]))
    writeUsers('amsterdam', many)
    await breathe(['once', '--config', configOf('amsterdam')])
    writeUsers('amsterdam', { 1: { name: 'n1' } })
    expect((await breathe(['once', '--config', configOf('amsterdam')])).stderr).toMatch(/SHRINK_HELD/)
    const status = await breathe(['status', '--config', configOf('amsterdam')])
    expect(status.stdout).toMatch(/data\/users\.json +SHRINK_HELD/)
    const args = ['resolve', 'data/users.json', '--config', configOf('amsterdam')]
    expect((await breathe(args)).code).toBe(2)
    expect((await breathe([...args, '--drop', '--accept'])).code).toBe(2)
    expect(await breathe([...args, '--drop', '--json'])).toMatchObject({ code: 0 })
    expect(readUsers('amsterdam')).toEqual(many)
  })

  it('run prints a line of JSON per cycle and publishes a write by itself; SIGTERM ends it', async () => {
    writeConfig('amsterdam', { intervalSeconds: 2 })
    const running = breathe(['run', '--config', configOf('amsterdam'), '--json'], '"acknowledged":"0')
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    writeUsers('amsterdam', { 1: { name: 'Ann' } })
    const run = await running
    expect(run.code).toBe(0)
    const lines = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines[0]).toMatchObject({ event: 'cycle', inhaleFailed: 0, exhaleFailed: 0, is_running: true })
    expect(run.stderr).toMatch(/hub alone/)
    const status = JSON.parse((await breathe(['status', '--config', configOf('amsterdam'), '--json'])).stdout)
    expect(status.lastRun).toMatchObject({ stats: { is_running: true } })
  }, 40_000)

  it('names every problem of the configuration at once, with field and remedy, and exits 78', async () => {
    writeConfig('amsterdam', {
      ...{ syncPaths: ['../x'], intervalSeconds: 0, heartbeatIntervalMs: 6_000, repo: 'nowhere' },
      keys: { amsterdam: 'no-such-file', moscow: 'moscow.key', spb: 'moscow.key' },
    })
    const run = await breathe(['once', '--config', configOf('amsterdam')])
    expect(run.code).toBe(78)
    for (const field of ['repo', 'syncPaths', 'intervalSeconds', 'keys.amsterdam', 'keys.spb']) {
      expect(run.stderr).toContain(`${field}: `)
    }
    expect(run.stderr).toMatch(/BOUND debounce 0\.2 \+ push 3\.0 \+ heartbeat 6\.0 \+ fetch 3\.0 = 12\.2 s/)
  })

  it.each([
    [{ identityDir: 'id-moscow' }, 'SELF_KEY_FOREIGN'],
    [{ node: 'spb' }, 'SELF_UNKNOWN'],
    [{ surprise: 1 }, 'CONFIG_INVALID'],
    [{ keys: 7 }, 'CONFIG_INVALID'],
  ])('refuses %j with %s', async (changes, code) => {
    writeConfig('amsterdam', changes)
    const run = await breathe(['once', '--config', configOf('amsterdam'), '--json'])
    expect(run.code).toBe(78)
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code } })
  })

  it('needs a configuration, and one that is there', async () => {
    expect((await breathe(['once'])).code).toBe(2)
    expect((await breathe(['once', '--config', 'nowhere.yaml'])).code).toBe(78)
  })

  it('--node stands above the file', async () => {
    const run = await breathe(['once', '--config', configOf('amsterdam'), '--node', 'moscow', '--json'])
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'SELF_KEY_FOREIGN' } })
  })
})
