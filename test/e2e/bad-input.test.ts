import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { montana, temporaryFolder } from './support/montana.js'

const ZERO_ENTROPY = '0'.repeat(64)

/** Every file below a folder with its size and time: what "nothing written" means. */
function snapshot(folder: string): string {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return entries.map((name) => `${name} ${statSync(join(folder, name)).mtimeMs}`).join('\n')
}

async function identityIn(folder: string): Promise<string> {
  const dir = join(folder, 'node')
  const made = await montana(['init', '--data-dir', dir, '--entropy', ZERO_ENTROPY, '--insecure-argv', '--json'])
  expect(made.code, made.stderr).toBe(0)
  return dir
}

describe('usage errors end with 2', () => {
  it.each([
    [['fly'], 'fly'],
    [['start', '--speed', '9'], '--speed'],
    [['devnet', '--windows', 'many'], '--windows'],
    [['devnet', '--fault', 'partition:moscow@3'], 'does not name two nodes'],
    [['devnet', '--fault', 'kill:paris@3'], 'paris'],
    [['devnet', '--join', 'late@30', '--windows', '30'], 'the run ends at window 30'],
    [['devnet', '--liar', 'paris'], 'name one of moscow, frankfurt, helsinki'],
    [['init', '--entropy', ZERO_ENTROPY], '--entropy'],
  ])('%o', async (args, words) => {
    const plain = await montana(args)
    expect(plain.code).toBe(2)
    expect(plain.stdout).toBe('')
    expect(plain.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(plain.stderr).toContain(words)
    const json = await montana([...args, '--json'])
    expect(json.code).toBe(2)
    expect(JSON.parse(json.stdout).error.code).toBe('USAGE')
  })
})

describe('configuration errors end with 78, name field, value and remedy, and write nothing', () => {
  async function expectRefused(folder: string, args: string[], words: string[], env: Record<string, string> = {}) {
    const before = snapshot(folder)
    const run = await montana(args, env)
    expect(run.code, run.stderr).toBe(78)
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1)
    for (const word of words) expect(run.stderr).toContain(word)
    expect(run.stderr).toContain('; ')
    expect(snapshot(folder)).toBe(before)
  }

  it('a data directory, an identity, a genesis that is not there', async () => {
    const folder = temporaryFolder()
    const dir = join(folder, 'node')
    await expectRefused(folder, ['start', '--data-dir', dir, '--solo'], [dir, 'does not exist'])
    mkdirSync(dir)
    await expectRefused(folder, ['start', '--data-dir', dir, '--solo'], ['identity', 'montana init'])
    await montana(['init', '--data-dir', dir, '--entropy', ZERO_ENTROPY, '--insecure-argv'])
    await expectRefused(folder, ['start', '--data-dir', dir, '--solo'], ['genesis', '--genesis FILE'])
    const absent = join(folder, 'absent.json')
    await expectRefused(folder, ['start', '--data-dir', dir, '--solo', '--genesis', absent], [absent])
  }, 30_000)

  it('a malformed identity, genesis or manifest', async () => {
    const folder = temporaryFolder()
    const dir = await identityIn(folder)
    const genesis = join(folder, 'genesis.json')
    writeFileSync(genesis, '{"format": "montana-genesis/1"')
    await expectRefused(folder, ['start', '--data-dir', dir, '--solo', '--genesis', genesis], [genesis])
    writeFileSync(genesis, '{"format": "montana-genesis/1", "network_name": 5}')
    await expectRefused(folder, ['start', '--data-dir', dir, '--solo', '--genesis', genesis], ['network_name'])
    writeFileSync(join(dir, 'identity.bin'), 'montana1 but not really')
    await expectRefused(folder, ['start', '--data-dir', dir, '--solo', '--genesis', genesis], ['identity.bin'])
  }, 30_000)

  it('half a network, a busy port, an unknown variable', async () => {
    const folder = temporaryFolder()
    const dir = await identityIn(folder)
    const genesis = join(folder, 'devnet', 'genesis.json')
    const devnet = await montana([
      'devnet',
      '--data-dir',
      join(folder, 'devnet'),
      '--windows',
      '1',
      '--min-window-ms',
      '100',
      '--json',
    ])
    expect(devnet.code, devnet.stdout).toBe(0)
    const start = ['start', '--data-dir', dir, '--genesis', genesis]
    await expectRefused(folder, start, ['listen', '--solo'])
    await expectRefused(folder, [...start, '--listen', '/ip4/127.0.0.1/tcp/0'], ['genesisManifest'])
    await expectRefused(folder, [...start, '--solo'], ['MONTANA_SPEED'], { MONTANA_SPEED: '1' })
    const busy = createServer()
    const port = await new Promise<number>((resolve) => {
      busy.listen(0, '127.0.0.1', () => resolve((busy.address() as { port: number }).port))
    })
    const manifest = join(folder, 'devnet', 'manifest.json')
    const status = ['--solo', '--status-listen', `127.0.0.1:${port}`]
    await expectRefused(folder, [...start, ...status], [`127.0.0.1:${port}`, 'in use', '--status-listen'])
    const listen = [
      '--listen',
      `/ip4/127.0.0.1/tcp/${port}`,
      '--genesis-manifest',
      manifest,
      '--status-listen',
      '127.0.0.1:0',
    ]
    await expectRefused(folder, [...start, ...listen], [String(port), 'in use', '--listen'])
    busy.close()
    const strict = join(folder, 'strict.json')
    const { peers, ...rest } = JSON.parse(readFileSync(manifest, 'utf8'))
    const all = peers.map((peer: object) => ({ ...peer, security: 'hybrid' }))
    writeFileSync(strict, JSON.stringify({ ...rest, peers: all }))
    const pq = ['--listen', '/ip4/127.0.0.1/tcp/0', '--genesis-manifest', strict, '--transport-security', 'pq']
    await expectRefused(folder, [...start, ...pq], [peers[0].label, 'transportSecurity', 'offer hybrid'])
  }, 60_000)

  // Root may write everywhere: run as another user to see this one.
  it.skipIf(process.getuid?.() === 0)('a data directory that may not be written', async () => {
    const folder = temporaryFolder()
    const dir = await identityIn(folder)
    chmodSync(dir, 0o500)
    await expectRefused(folder, ['start', '--data-dir', dir, '--solo'], ['not writable'])
    chmodSync(dir, 0o700)
  })

  it('a file where the data directory should be, and a folder that is no devnet', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'file')
    writeFileSync(file, 'x')
    await expectRefused(folder, ['start', '--data-dir', file, '--solo'], [file, 'not a directory'])
    await expectRefused(folder, ['devnet', '--data-dir', folder, '--windows', '1'], [folder, 'not a devnet'])
  })

  it('init never replaces an identity and never prints words without a terminal', async () => {
    const folder = temporaryFolder()
    const dir = await identityIn(folder)
    const again = ['init', '--data-dir', dir, '--entropy', ZERO_ENTROPY, '--insecure-argv']
    await expectRefused(folder, again, ['exists already', '--force'])
    const words = join(folder, 'words.txt')
    const made = await montana(['init', '--data-dir', join(folder, 'other'), '--mnemonic-out', words, '--json'])
    expect(made.code, made.stderr).toBe(0)
    expect(statSync(words).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'other', 'identity.bin')).mode & 0o777).toBe(0o600)
  }, 30_000)
})
