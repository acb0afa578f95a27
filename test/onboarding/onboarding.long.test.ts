import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { mnemonicToEntropy } from '@montana/crypto'
import { toHex } from '@montana/foundation'
import type { NodeStatus } from '@montana/node/settings'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { breakStart, buildRelease, changedRelease, changeNothing } from './support/bundles.js'
import { canBootstrap } from './support/debian.js'
import { CleanHost, type Ran } from './support/host.js'
import { Mesh } from './support/mesh.js'
import { difference, treeOf } from './support/tree.js'
import { ProcessWatch, secretPattern } from './support/words-watch.js'

const LABEL = 'armenia'
const LISTEN = '/ip4/127.0.0.1/tcp/8444'
const WORDS = '/root/words.txt'
/** Spec operations 9. */
const PROMISED_MS = 120_000
const TIMEOUT_MS = 600_000
/** A running node writes here, and the process form of a service keeps its pid and log. */
const LIVE = ['var/lib/montana', 'run']
/** What the account tools of Debian keep of the state before their latest change. */
const OF_ACCOUNT_TOOLS = /^[~+-]etc\/(passwd|group|shadow|gshadow|subuid|subgid)-?$/

describe.skipIf(!canBootstrap())('onboarding on a clean Debian (needs root, debootstrap and namespaces)', () => {
  let host: CleanHost
  let mesh: Mesh
  let release: ReturnType<typeof buildRelease>
  let pristine: Map<string, string>
  const runs: { readonly what: string; readonly ran: Ran }[] = []

  beforeAll(async () => {
    host = await CleanHost.create()
    const folder = (name: string) => {
      const path = join(host.folder, name)
      mkdirSync(path)
      return path
    }
    mesh = await Mesh.create(host, folder('mesh'))
    release = buildRelease(folder('release'))
    for (const file of [release.bundle, release.script, mesh.manifest, mesh.genesis, mesh.path('operators.json')]) {
      put(file)
    }
    mesh.start()
    await mesh.reaches(2)
    pristine = treeOf(host.root, LIVE)
  }, TIMEOUT_MS)

  afterAll(async () => await host?.close(), TIMEOUT_MS)

  const put = (from: string) => {
    const to = join(host.root, 'root', basename(from))
    cpSync(from, to)
    chmodSync(to, 0o644)
  }
  const inRoot = (path: string) => join(host.root, path)
  const read = (path: string) => readFileSync(inRoot(path), 'utf8')
  const tree = () => treeOf(host.root, LIVE)
  const changes = () => difference(pristine, tree())
  const files = [
    '--manifest',
    '/root/signed.json',
    '--operators',
    '/root/operators.json',
    '--genesis',
    '/root/genesis.json',
  ]
  const bundle = () => ['--bundle', `/root/${basename(release.bundle)}`]
  const common = [...files, '--label', LABEL, '--listen', LISTEN, '--services', 'process']

  /** The script that lies beside the bundle, in the clean system. */
  const onboard = async (what: string, ...args: string[]) => {
    const ran = await host.run(['bash', '/root/onboard.sh', ...bundle(), ...common, ...args])
    runs.push({ what, ran })
    report(what, ran)
    return ran
  }
  const montana = async (...args: string[]) => {
    const ran = await host.run(['/usr/local/bin/montana', ...args])
    runs.push({ what: args.join(' '), ran })
    return ran
  }
  const status = async () =>
    JSON.parse((await montana('status', '--data-dir', '/var/lib/montana', '--json')).stdout) as NodeStatus
  const pid = () => Number(JSON.parse(read('var/lib/montana/run.json')).pid)

  it(
    'changes nothing when it is only asked what it would do',
    async () => {
      const ran = await onboard('dry run', '--dry-run', '--mnemonic-out', WORDS)
      expect(ran.code, ran.stderr).toBe(0)
      expect(ran.stdout).toContain('nothing was changed')
      expect(changes()).toEqual([])
    },
    TIMEOUT_MS,
  )

  it(
    'refuses before any change: no way to give out the words, a manifest that is not signed, an unknown trust root',
    async () => {
      const cases: [string, string[], RegExp][] = [
        ['no terminal and no file', ['--yes'], /no terminal/],
        ['unsigned', ['--yes', '--mnemonic-out', WORDS, '--manifest', '/root/genesis.json'], /error: /],
        ['no trust root', ['--yes', '--mnemonic-out', WORDS, '--operators', '/root/nothing.json'], /does not exist/],
      ]
      for (const [what, args, message] of cases) {
        const ran = await onboard(what, ...args)
        expect([what, ran.code]).toEqual([what, 78])
        expect(ran.stderr).toMatch(message)
        expect([what, changes()]).toEqual([what, []])
      }
    },
    TIMEOUT_MS,
  )

  it(
    'is told by a closed mesh that it does not know this node, and where its request lies',
    async () => {
      const watch = new ProcessWatch()
      const ran = await onboard('unknown node', '--yes', '--mnemonic-out', WORDS)
      const seen = watch.stop()
      expect(ran.code, ran.stdout).toBe(1)
      expect(ran.stderr).toMatch(/does not know this node/)
      expect(ran.stderr).toContain('/var/lib/montana/join-request.json')
      expect(statSync(inRoot(WORDS)).mode & 0o777).toBe(0o600)
      await expectNoSecret(seen)
    },
    TIMEOUT_MS,
  )

  it(
    'goes on from there once the operators have named it: synced, in less than 120 s for both',
    async () => {
      await mesh.admit(readFileSync(inRoot('var/lib/montana/join-request.json')))
      put(mesh.manifest)
      const ran = await onboard('named node', '--yes', '--mnemonic-out', WORDS, '--require-synced')
      expect(ran.code, ran.stdout + ran.stderr).toBe(0)
      expect(ran.stdout).toMatch(/^synced at window \d+, \d+ peers$/m)
      const both = runs.slice(-2).reduce((sum, { ran }) => sum + ran.durationMs, 0)
      expect(both).toBeLessThan(PROMISED_MS)
      await expectSynced()
    },
    TIMEOUT_MS,
  )

  it(
    'changes nothing when it is run again: same files, same process',
    async () => {
      const [before, process] = [tree(), pid()]
      const ran = await onboard('second run', '--yes', '--mnemonic-out', WORDS, '--require-synced')
      expect(ran.code, ran.stdout + ran.stderr).toBe(0)
      expect(ran.stdout).not.toMatch(/did (?!nothing|unpack)/)
      expect(difference(before, tree())).toEqual([])
      expect(pid()).toBe(process)
      const plain = await host.run(['bash', '/root/onboard.sh', ...bundle(), '--services', 'process', '--yes'])
      expect(plain.code, plain.stdout + plain.stderr).toBe(0)
      expect(difference(before, tree())).toEqual([])
    },
    TIMEOUT_MS,
  )

  it(
    'leaves a host on which the doctor finds nothing wrong',
    async () => {
      const { code, stdout } = await montana('doctor', '--services', 'process', '--json')
      expect(code, stdout).toBe(0)
      const { checks } = JSON.parse(stdout) as { checks: { id: string; colour: string }[] }
      expect(checks.filter(({ colour }) => colour === 'red')).toEqual([])
      expect(checks.map(({ id }) => id)).toContain('/var/lib/montana')
    },
    TIMEOUT_MS,
  )

  it(
    'refuses to forget the chain of a node that runs',
    async () => {
      const { code, stderr } = await montana('reset', '--keep-identity', '--label', LABEL, '--services', 'process')
      expect(code).toBe(1)
      expect(stderr).toContain('the node runs')
    },
    TIMEOUT_MS,
  )

  it(
    'is upgraded, and comes back to the old release where the new one does not start',
    async () => {
      const good = changedRelease(release.bundle, '0.1.1', host.folder, changeNothing)
      const bad = changedRelease(release.bundle, '0.1.2', host.folder, breakStart)
      for (const file of [good, bad]) put(file)
      const upgraded = await montana('upgrade', `/root/${basename(good)}`, '--services', 'process')
      report('upgrade', upgraded)
      expect(upgraded.code, upgraded.stdout + upgraded.stderr).toBe(0)
      expect((await status()).build.version).toBe('0.1.1')
      const failed = await montana('upgrade', `/root/${basename(bad)}`, '--services', 'process')
      report('failing upgrade', failed)
      expect(failed.code).toBe(1)
      expect((await status()).build.version).toBe('0.1.1')
      await expectSynced()
      const back = await montana('rollback', '--services', 'process')
      report('rollback', back)
      expect(back.code, back.stdout + back.stderr).toBe(0)
      expect((await status()).build.version).toBe('0.1.0')
    },
    TIMEOUT_MS,
  )

  it(
    'leaves nothing but the named backup, which has identity, words and configuration',
    async () => {
      const identity = readFileSync(inRoot('var/lib/montana/identity.bin'))
      const [words, process] = [read(WORDS), pid()]
      const { code, stdout, stderr } = await montana('uninstall', '--yes', '--json', '--services', 'process')
      expect(code, stderr).toBe(0)
      const { backup } = JSON.parse(stdout) as { backup: string }
      const added = [
        /^\+root\/(signed\.json|montana-.*\.tar)$/,
        new RegExp(`^\\+${backup.slice(1)}(/|$)`),
        /^~root\/signed\.json$/,
      ]
      const left = changes().filter((line) => ![OF_ACCOUNT_TOOLS, ...added].some((known) => known.test(line)))
      expect(left).toEqual([])
      for (const file of ['etc/passwd', 'etc/group']) expect(read(file)).not.toContain('montana')
      expect(existsSync(inRoot('var/lib/montana'))).toBe(false)
      expect(readdirSync(inRoot('run')).filter((name) => name.startsWith('montana'))).toEqual([])
      expect((await host.runOutside(['test', '-e', `/proc/${process}`])).code).not.toBe(0)
      expect(readFileSync(inRoot(join(backup, 'identity.bin')))).toEqual(identity)
      expect(read(join(backup, 'words.txt'))).toBe(words)
      expect(existsSync(inRoot(join(backup, 'etc/node.yaml')))).toBe(true)
    },
    TIMEOUT_MS,
  )

  it(
    'comes back from the words of the backup in one run, in less than 120 s',
    async () => {
      const [backup = ''] = readdirSync(inRoot('var/backups')).filter((name) => name.startsWith('montana-'))
      const from = `/var/backups/${backup}/words.txt`
      const watch = new ProcessWatch()
      const ran = await onboard('restored node', '--yes', '--restore-from', from, '--require-synced')
      const seen = watch.stop()
      expect(ran.code, ran.stdout + ran.stderr).toBe(0)
      expect(ran.durationMs).toBeLessThan(PROMISED_MS)
      await expectSynced()
      await expectNoSecret(seen, read(from))
    },
    TIMEOUT_MS,
  )

  /** Within one window of the others, and of one state with them. */
  async function expectSynced(): Promise<void> {
    const [ours, theirs] = [await status(), await mesh.status('moscow')]
    expect(Math.abs((theirs?.window ?? 0) - ours.window)).toBeLessThanOrEqual(1 + PACE_WINDOWS)
    expect(ours.target_window - ours.window).toBeLessThanOrEqual(1)
    // The service user may read which release it runs.
    expect(ours.build.bundle_sha256).toMatch(/^[0-9a-f]{64}$/)
    const common = theirs?.recent.find(({ window }) => window === ours.window - 1)
    expect(ours.recent.find(({ window }) => window === ours.window - 1)?.state_root).toBe(common?.state_root)
  }

  /** In no command line, environment, output or file but the one of the words and the identity made of them. */
  async function expectNoSecret(seen: readonly string[], words = read(WORDS)): Promise<void> {
    const pattern = secretPattern(words, toHex(await mnemonicToEntropy(words.trim())))
    expect(pattern.test(words)).toBe(true)
    expect(seen.filter((text) => pattern.test(text))).toEqual([])
    expect(
      runs.filter(({ ran }) => pattern.test(ran.stdout) || pattern.test(ran.stderr)).map(({ what }) => what),
    ).toEqual([])
    const written = [...treeOf(host.root, ['opt/montana/releases', 'var/backups'])].filter(([, facts]) =>
      facts.startsWith('file'),
    )
    const places = written.map(([path]) => path).filter((path) => pattern.test(readFileSync(inRoot(path), 'latin1')))
    expect(places).toEqual(existsSync(inRoot(WORDS)) ? [WORDS.slice(1)] : [])
  }
})

/** Between the two questions the mesh may go on by so many windows. */
const PACE_WINDOWS = 2

function report(what: string, { code, stdout, stderr, durationMs }: Ran): void {
  const lines = stdout.split('\n').filter((line) => /\(\d+\.\d s\)$|^synced|^syncing/.test(line))
  const text = [
    `${what}: exit ${code} after ${(durationMs / 1000).toFixed(1)} s`,
    ...lines.map((line) => `  ${line.slice(0, 160)}`),
  ]
  if (stderr !== '') text.push(`  ${stderr.trim()}`)
  process.stdout.write(`${text.join('\n')}\n`)
}
