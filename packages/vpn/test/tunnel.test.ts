import { execFileSync } from 'node:child_process'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readJobRecord } from '@montana/fleet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKeyFile, nextKeyPath, readState, readVpnStatus } from '../src/index.js'
import { entryOf } from './support/fleet.js'
import { Pair, PORT, type Side } from './support/pair.js'
import { whyNoTunnel } from './support/tunnel-host.js'

const code = (expected: string) => expect.objectContaining({ code: expected })
/** Longer than an answer through the tunnel takes, by two orders of magnitude. */
const SILENCE_MS = 700
const DAY_MS = 86_400_000
/** Handshakes are told by the second. */
const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1_100))

describe.skipIf(whyNoTunnel())('two hosts with WireGuard between them', { timeout: 60_000 }, () => {
  let pair: Pair

  beforeAll(async () => {
    pair = await Pair.create()
  })
  afterAll(() => pair?.close())

  const run = (side: Side, ...args: readonly string[]) => {
    const [command = '', ...rest] = pair.host(side).wg
    execFileSync(command, [...rest, ...args])
  }
  const newKey = (name: string) => makeKeyFile(join(pair.fleet.folder, `${name}.key`))
  const third = (label: string, wg_pub: string, number: number) =>
    entryOf(label, { wg_pub, tunnel_ip: `10.66.0.${number}/32`, endpoint: null })

  it('reach each other once both are in the roster', async () => {
    await pair.fleet.put([pair.entry(0), pair.entry(1)])
    expect(await pair.reach(0, SILENCE_MS)).toBeNull()
    expect(await pair.sync(0)).toMatchObject({ isChanged: true, peers: ['moscow'], version: 1 })
    expect(await pair.sync(1)).toMatchObject({ isChanged: true, peers: ['amsterdam'] })
    expect(await pair.reach(0)).not.toBeNull()
    expect(await readState(pair.settings(0).statePath)).toMatchObject({ label: 'amsterdam', peers: ['moscow'] })
    expect(await readJobRecord(pair.settings(0).stateDir, 'vpn')).toMatchObject({
      code: 'OK',
      document: { version: 1 },
    })
  })

  it('keep their session when there is nothing to do', async () => {
    const before = [pair.handshakes(0), pair.handshakes(1)]
    const change = await readState(pair.settings(0).statePath)
    await nextSecond()
    for (const side of [0, 1] as const) expect(await pair.sync(side)).toMatchObject({ isChanged: false })
    expect(await pair.reach(0)).not.toBeNull()
    expect([pair.handshakes(0), pair.handshakes(1)]).toEqual(before)
    expect(await readState(pair.settings(0).statePath)).toMatchObject({ changed_at: change?.changed_at })
  })

  it('keep their session when a third one comes and goes, and when the roster is only issued anew', async () => {
    const key = await newKey('helsinki')
    const before = pair.handshakes(0)[pair.keys[1]]
    await pair.fleet.put([third('helsinki', key, 3)])
    await nextSecond()
    expect(await pair.sync(0)).toMatchObject({ difference: { add: [key], remove: [], change: [], interface: [] } })
    expect(await pair.reach(0)).not.toBeNull()
    expect(pair.handshakes(0)).toEqual({ [pair.keys[1]]: before, [key]: 0 })
    await pair.fleet.revoke('helsinki')
    expect(await pair.sync(0)).toMatchObject({ difference: { remove: [key] } })
    await pair.fleet.issue(pair.fleet.roster.entries)
    expect(await pair.sync(0)).toMatchObject({ isChanged: false, version: 4 })
    expect(pair.handshakes(0)).toEqual({ [pair.keys[1]]: before })
  })

  it('leave a peer where it has moved to, and put back a port that somebody moved', async () => {
    const { device, outside } = pair.host(1)
    run(1, 'set', device, 'listen-port', '51999')
    expect(await pair.reach(1)).not.toBeNull()
    expect(pair.host(0).show('endpoints')).toContain(`${outside}:51999`)
    expect(await pair.sync(0)).toMatchObject({ isChanged: false })
    expect(await pair.sync(1)).toMatchObject({ difference: { interface: ['listen_port'] } })
    expect(await pair.reach(1)).not.toBeNull()
    expect(pair.host(0).show('endpoints')).toContain(`${outside}:${PORT}`)
  })

  it('are put right after a file without a key cleared the key and moved the port', async () => {
    const { device } = pair.host(0)
    const bare = join(pair.fleet.folder, 'bare.conf')
    await writeFile(bare, '[Interface]\n')
    run(0, 'syncconf', device, bare)
    expect(pair.host(0).show('public-key').trim()).toBe('(none)')
    expect(pair.host(0).show('listen-port').trim()).not.toBe(`${PORT}`)
    expect(await pair.sync(0)).toMatchObject({ difference: { interface: ['private_key', 'listen_port'] } })
    expect(pair.host(0).show('public-key').trim()).toBe(pair.keys[0])
    expect(await pair.reach(0)).not.toBeNull()
  })

  it('refuse an older version and two of one version', async () => {
    const current = pair.fleet.roster
    await pair.fleet.publish(await pair.fleet.sign({ ...current, version: current.version - 1 }))
    const unchanged = { isChanged: false, version: current.version, peers: ['moscow'] }
    expect(await pair.sync(0)).toMatchObject({ ...unchanged, pull: { outcome: 'none', code: 'DOC_ROLLBACK' } })
    const entries = current.entries.filter(({ label }) => label !== 'moscow')
    await pair.fleet.publish(await pair.fleet.sign({ ...current, entries }))
    expect(await pair.sync(0)).toMatchObject({ ...unchanged, pull: { outcome: 'none', code: 'DOC_EQUIVOCATION' } })
    const stored = await readdir(pair.settings(0).stateDir)
    expect(stored.filter((name) => name.includes(`equivocation-${current.version}-`))).toHaveLength(2)
    const record = await readJobRecord(pair.settings(0).stateDir, 'vpn')
    expect(record).toMatchObject({ code: 'DOC_EQUIVOCATION', document: { state: 'equivocation' } })
    // A higher version settles it.
    await pair.fleet.issue(current.entries)
    expect(await pair.sync(0)).toMatchObject({ isChanged: false, pull: { outcome: 'new' } })
  })

  it('refuse a roster that does not have their own key, or has it for another', async () => {
    const good = pair.fleet.roster.entries
    const foreign = await newKey('foreign')
    const stranger = { label: 'vladivostok', node_id: 'ab'.repeat(32) }
    for (const own of [[], [{ wg_pub: foreign }], [stranger], [{ state: 'revoked' as const }]]) {
      await pair.fleet.issue([...own.map((over) => pair.entry(0, over)), pair.entry(1)])
      expect(await pair.sync(0)).toMatchObject({ isChanged: false, pull: { outcome: 'none', code: 'DOC_INVALID' } })
      expect(pair.peers(0)).toEqual([pair.keys[1]])
    }
    await pair.fleet.issue(good)
    expect(await pair.sync(0)).toMatchObject({ isChanged: false, pull: { outcome: 'new' } })
  })

  it('keep the last good roster while the sources are down', async () => {
    const before = pair.handshakes(0)
    for (const source of pair.fleet.sources) await rm(source)
    expect(await pair.sync(0)).toMatchObject({ isChanged: false, pull: { outcome: 'none', answers: 0 } })
    // What somebody took away meanwhile is put back from it.
    run(1, 'set', pair.host(1).device, 'peer', pair.keys[0], 'remove')
    expect(await pair.sync(1)).toMatchObject({ difference: { add: [pair.keys[0]] }, pull: { outcome: 'none' } })
    expect(await pair.reach(1)).not.toBeNull()
    expect(pair.handshakes(0)).toHaveProperty([pair.keys[1]])
    expect(Object.keys(before)).toEqual([pair.keys[1]])
    await pair.fleet.publish(pair.fleet.roster)
  })

  it('are as before when the interface does not take the roster', async () => {
    const key = await newKey('sofia')
    await pair.fleet.put([third('sofia', key, 4)])
    const before = peersOf(pair.host(0).show('dump'))
    const drops = `wg "$@" || exit; case "$1 $3" in 'syncconf '*apply.conf) wg set "$2" peer '${key}' remove;; esac`
    const fails = `case "$1 $3" in 'syncconf '*apply.conf) wg set "$2" peer '${pair.keys[1]}' remove; exit 1;; esac; wg "$@"`
    for (const script of [drops, fails]) {
      const wg = [await pair.wrapWg(0, script)]
      await expect(pair.sync(0, { wg })).rejects.toThrow(code('VPN_NOT_APPLIED'))
      expect(peersOf(pair.host(0).show('dump'))).toEqual(before)
      expect(await readState(pair.settings(0).statePath)).toMatchObject({ peers: ['moscow'] })
      expect(await readJobRecord(pair.settings(0).stateDir, 'vpn')).toMatchObject({ code: 'VPN_NOT_APPLIED' })
    }
    expect(await pair.sync(0)).toMatchObject({ difference: { add: [key] } })
    expect(await pair.reach(0)).not.toBeNull()
    await pair.fleet.revoke('sofia')
    await pair.syncBoth()
  })

  it('rotate a key with a short cut: the old one ends where the new one begins', async () => {
    const path = pair.settings(1).privateKey
    const old = pair.keys[1]
    pair.keys[1] = await makeKeyFile(nextKeyPath(path))
    await pair.fleet.put([pair.entry(1)])
    expect(await pair.sync(0)).toMatchObject({ difference: { add: [pair.keys[1]], remove: [old] } })
    expect(await pair.reach(0, SILENCE_MS)).toBeNull()
    expect(await pair.sync(1)).toMatchObject({ isKeyRotated: true, difference: { interface: ['private_key'] } })
    // The other one tried in vain and waits before it tries again.
    expect(await pair.reach(1)).not.toBeNull()
    expect(await pair.reach(0)).not.toBeNull()
    expect(pair.host(1).show('public-key').trim()).toBe(pair.keys[1])
    expect(await pair.sync(1)).toMatchObject({ isKeyRotated: false, isChanged: false })
    const kept = await readdir(join(pair.settings(1).stateDir, 'vpn'))
    expect(kept.toSorted()).toEqual(['private.key', 'private.key.previous'])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('stop to reach each other when one is revoked on one side', async () => {
    await pair.fleet.revoke('moscow')
    expect(await pair.sync(0)).toMatchObject({ isChanged: true, peers: [] })
    expect(await pair.reach(1, SILENCE_MS)).toBeNull()
    expect(await pair.reach(0, SILENCE_MS)).toBeNull()
    // The one that is revoked goes on by the roster that it has: nobody answers it.
    expect(await pair.sync(1)).toMatchObject({ peers: ['amsterdam'], pull: { outcome: 'none', code: 'DOC_INVALID' } })
  })

  it('authorise nobody after the end of the roster; the interface stays', async () => {
    await pair.fleet.put([pair.entry(1)], DAY_MS)
    await pair.syncBoth()
    const later = { wallMs: () => Date.now() + DAY_MS, monotonicMs: () => performance.now() }
    const early = { ...later, wallMs: () => Date.now() + 0.8 * DAY_MS }
    const [line] = pair.host(0).show('dump').split('\n')
    for (const time of [early, later]) {
      const { stateDir } = pair.settings(0)
      if (time === later) await expect(pair.sync(0, {}, { time })).rejects.toThrow(code('VPN_EXPIRED'))
      else expect(await pair.sync(0, {}, { time })).toMatchObject({ peers: ['moscow'], pull: { outcome: 'same' } })
      const state = time === later ? 'expired' : 'expiring'
      expect(await readJobRecord(stateDir, 'vpn')).toMatchObject({ document: { state } })
    }
    expect(pair.host(0).show('dump').trim().split('\n')).toEqual([line])
    expect(await pair.sync(0)).toMatchObject({ peers: ['moscow'], difference: { add: [pair.keys[1]] } })
  })

  it('show what the roster says and what the interface has', async () => {
    const key = await newKey('stranger')
    run(0, 'set', pair.host(0).device, 'peer', key, 'allowed-ips', '10.66.0.9/32')
    const status = await readVpnStatus(pair.settings(0), pair.fleet.modules.verify, {}, AbortSignal.timeout(5_000))
    expect(status).toMatchObject({
      label: 'amsterdam',
      isUp: true,
      publicKey: pair.keys[0],
      roster: { state: 'expiring' },
    })
    expect(status.peers).toContainEqual(
      expect.objectContaining({ label: 'moscow', publicKey: pair.keys[1], isAuthorised: true, isApplied: true }),
    )
    expect(status.peers).toContainEqual(
      expect.objectContaining({ label: null, publicKey: key, tunnelIp: '10.66.0.9/32', isAuthorised: false }),
    )
    const gone = { ...pair.settings(0), interface: 'montana-gone' }
    await expect(pair.sync(0, gone)).rejects.toThrow(code('WG_INTERFACE'))
  })

  it('leave no private key anywhere but in its file', async () => {
    const { stateDir, privateKey } = pair.settings(0)
    const secret = (await readFile(privateKey, 'utf8')).trim()
    const files = await readdir(stateDir, { recursive: true, withFileTypes: true })
    const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
    const holding: string[] = []
    for (const path of paths) if ((await readFile(path, 'latin1')).includes(secret)) holding.push(path)
    expect(holding).toEqual([privateKey])
  })
})

/** Keys and addresses of the peers; counters and handshakes go on. */
function peersOf(dump: string): string[] {
  const [, ...lines] = dump.trim().split('\n')
  return lines.map((line) => line.split('\t').slice(0, 4).join(' ')).sort()
}
