import { execFileSync } from 'node:child_process'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKeyFile, nextKeyPath, readState } from '../src/index.js'
import { entryOf } from './support/fleet.js'
import { Pair, PORT } from './support/pair.js'
import { whyNoTunnel } from './support/tunnel-host.js'

const code = (expected: string) => expect.objectContaining({ code: expected })
/** Longer than an answer through the tunnel takes, by two orders of magnitude. */
const SILENCE_MS = 700

describe.skipIf(whyNoTunnel())('two hosts with WireGuard between them', () => {
  let pair: Pair

  beforeAll(async () => {
    pair = await Pair.create()
  })
  afterAll(() => pair?.close())

  it('reach each other once both are in the roster', async () => {
    await pair.fleet.put([pair.entry(0), pair.entry(1)])
    expect(await pair.reach(0, SILENCE_MS)).toBeNull()
    expect(await pair.sync(0)).toMatchObject({ isChanged: true, peers: ['moscow'], version: 1 })
    expect(await pair.sync(1)).toMatchObject({ isChanged: true, peers: ['amsterdam'] })
    expect(await pair.reach(0)).toBeLessThan(3_000)
    expect(await readState(pair.settings(0).statePath)).toMatchObject({ label: 'amsterdam', peers: ['moscow'] })
  })

  it('keep their session when there is nothing to do', async () => {
    const before = [pair.handshakes(0), pair.handshakes(1)]
    const change = await readState(pair.settings(0).statePath)
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    for (const side of [0, 1] as const) expect(await pair.sync(side)).toMatchObject({ isChanged: false })
    expect(await pair.reach(0, SILENCE_MS)).not.toBeNull()
    expect([pair.handshakes(0), pair.handshakes(1)]).toEqual(before)
    expect(await readState(pair.settings(0).statePath)).toMatchObject({ changed_at: change?.changed_at })
  })

  it('keep their session when a third one comes, and when the roster is only issued anew', async () => {
    const key = await makeKeyFile(join(pair.fleet.folder, 'helsinki.key'))
    const before = pair.handshakes(0)[pair.keys[1]]
    await pair.fleet.put([entryOf('helsinki', { wg_pub: key, tunnel_ip: '10.66.0.3/32', endpoint: null })])
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect(await pair.sync(0)).toMatchObject({ difference: { add: [key], remove: [], change: [], interface: [] } })
    expect(await pair.reach(0, SILENCE_MS)).not.toBeNull()
    expect(pair.handshakes(0)).toEqual({ [pair.keys[1]]: before, [key]: 0 })
    await pair.fleet.revoke('helsinki')
    expect(await pair.sync(0)).toMatchObject({ difference: { remove: [key] } })
    await pair.fleet.issue(pair.fleet.roster.entries)
    expect(await pair.sync(0)).toMatchObject({ isChanged: false, version: 4 })
    expect(pair.handshakes(0)).toEqual({ [pair.keys[1]]: before })
  })

  it('leave a peer where it has moved to', async () => {
    const { prefix, device, outside } = pair.host(1)
    execFileSync(prefix[0] ?? '', [...prefix.slice(1), 'wg', 'set', device, 'listen-port', '51999'])
    expect(await pair.reach(1)).not.toBeNull()
    expect(pair.host(0).show('endpoints')).toContain(`${outside}:51999`)
    expect(await pair.sync(0)).toMatchObject({ isChanged: false })
    // The port is put back on the host that is configured otherwise.
    expect(await pair.sync(1)).toMatchObject({ difference: { interface: ['listen_port'] } })
    expect(await pair.reach(1)).not.toBeNull()
    expect(pair.host(0).show('endpoints')).toContain(`${outside}:${PORT}`)
  })

  it('are put right after somebody cleared the key by a file without one', async () => {
    const { prefix, device, wg } = pair.host(0)
    const [command = '', ...rest] = wg
    const bare = join(pair.fleet.folder, 'bare.conf')
    await writeFile(bare, '[Interface]\n')
    execFileSync(command, [...rest, 'syncconf', device, bare])
    expect(pair.host(0).show('public-key').trim()).toBe('(none)')
    expect(pair.host(0).show('listen-port').trim()).not.toBe(`${PORT}`)
    expect(prefix).toContain(pair.host(0).namespace)
    expect(await pair.sync(0)).toMatchObject({ difference: { interface: ['private_key', 'listen_port'] } })
    expect(pair.host(0).show('public-key').trim()).toBe(pair.keys[0])
    expect(await pair.reach(0)).not.toBeNull()
  })

  it('refuse a roster of an older version and one that was signed twice', async () => {
    const current = pair.fleet.roster
    const old = await pair.fleet.sign({ ...current, version: current.version - 1 })
    await pair.fleet.publish(old)
    await expect(pair.sync(0)).rejects.toThrow(code('DOC_ROLLBACK'))
    const twin = await pair.fleet.sign({
      ...current,
      entries: current.entries.filter(({ label }) => label !== 'moscow'),
    })
    await pair.fleet.publish(twin)
    await expect(pair.sync(0)).rejects.toThrow(code('DOC_EQUIVOCATION'))
    const stored = await readdir(pair.settings(0).stateDir)
    expect(stored.filter((name) => name.includes(`equivocation-${current.version}-`))).toHaveLength(2)
    expect(pair.peers(0)).toEqual([pair.keys[1]])
    await pair.fleet.publish(current)
  })

  it('refuse a roster that does not have their own key, or has it for another', async () => {
    const { entries } = pair.fleet.roster
    const before = pair.host(0).show()
    const [first, second] = [entries[0]?.wg_pub ?? '', entries[1]?.wg_pub ?? '']
    expect([first, second]).toEqual(pair.keys)
    const foreign = await makeKeyFile(join(pair.fleet.folder, 'foreign.key'))
    const good = pair.fleet.roster
    for (const own of [[], [{ wg_pub: foreign }], [{ label: 'vladivostok', node_id: 'ab'.repeat(32) }]]) {
      const draft = own.map((over) => ({ ...pair.entry(0), ...over }))
      await pair.fleet.issue([...draft, pair.entry(1)])
      await expect(pair.sync(0)).rejects.toThrow(code('DOC_INVALID'))
      expect(pair.host(0).show()).toBe(before)
    }
    await pair.fleet.issue(good.entries)
    expect(await pair.sync(0)).toMatchObject({ isChanged: false })
  })

  it('are as before when the interface does not take the roster', async () => {
    const key = await makeKeyFile(join(pair.fleet.folder, 'sofia.key'))
    await pair.fleet.put([entryOf('sofia', { wg_pub: key, tunnel_ip: '10.66.0.4/32', endpoint: null })])
    const before = pair.host(0).show('dump')
    const drops = `wg "$@" || exit; case "$1 $3" in 'syncconf '*apply.conf) wg set "$2" peer '${key}' remove;; esac`
    const fails = `case "$1 $3" in 'syncconf '*apply.conf) wg set "$2" peer '${pair.keys[1]}' remove; exit 1;; esac; wg "$@"`
    for (const script of [drops, fails]) {
      const wg = [await pair.wrapWg(0, script)]
      await expect(pair.sync(0, { wg })).rejects.toThrow(code('VPN_NOT_APPLIED'))
      expect(peersOf(pair.host(0).show('dump'))).toEqual(peersOf(before))
      expect(await readState(pair.settings(0).statePath)).toMatchObject({ peers: ['moscow'] })
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
    expect(await pair.reach(0)).not.toBeNull()
    expect(pair.host(1).show('public-key').trim()).toBe(pair.keys[1])
    expect(await pair.sync(1)).toMatchObject({ isKeyRotated: false, isChanged: false })
    const kept = await readdir(join(pair.settings(1).stateDir, 'vpn'))
    expect(kept.toSorted()).toEqual(['private.key', 'private.key.previous'])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('rotate a key at one instant on both sides, where the roster says when', async () => {
    pair.keys[0] = await makeKeyFile(nextKeyPath(pair.settings(0).privateKey))
    const changeMs = Date.now() + 1_500
    await pair.fleet.put([pair.entry(0, { valid_from: new Date(changeMs).toISOString() })])
    const both = ([0, 1] as const).map((side) => pair.sync(side, { holdMs: 5_000 }))
    expect(await pair.reach(1)).not.toBeNull()
    const [own, other] = await Promise.all(both)
    expect(Date.now() - changeMs).toBeLessThan(1_500)
    expect(own).toMatchObject({ isKeyRotated: true })
    expect(other).toMatchObject({ difference: { add: [pair.keys[0]] } })
    expect(await pair.reach(1)).not.toBeNull()
  })

  it('stop to reach each other when one is revoked on one side', async () => {
    await pair.fleet.revoke('moscow')
    expect(await pair.sync(0)).toMatchObject({ isChanged: true, peers: [] })
    expect(await pair.reach(1, SILENCE_MS)).toBeNull()
    expect(await pair.reach(0, SILENCE_MS)).toBeNull()
    // The one that is revoked goes on by the roster that it has: nobody answers it.
    await expect(pair.sync(1)).rejects.toThrow(code('DOC_INVALID'))
    expect(pair.peers(1)).toEqual([pair.keys[0]])
  })

  it('authorise nobody after the end of the roster; the interface stays', async () => {
    await pair.fleet.put([pair.entry(1)], 1_200)
    await pair.syncBoth()
    expect(await pair.reach(0, 20_000)).not.toBeNull()
    const dump = pair.host(0).show('dump')
    const outcome = await pair.sync(0, { holdMs: 5_000 }).catch((error: unknown) => error)
    expect(outcome).toMatchObject({ isExpired: true, peers: [] })
    expect(pair.peers(0)).toEqual([])
    const [interfaceLine] = pair.host(0).show('dump').split('\n')
    expect(interfaceLine).toBe(dump.split('\n')[0])
  }, 40_000)

  it('leave no private key anywhere but in its file', async () => {
    const { stateDir, privateKey } = pair.settings(0)
    const secret = (await readFile(privateKey, 'utf8')).trim()
    const files = await readdir(stateDir, { recursive: true, withFileTypes: true })
    const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
    const holding = []
    for (const path of paths) if ((await readFile(path, 'utf8')).includes(secret)) holding.push(path)
    expect(holding).toEqual([privateKey])
  })
})

/** Keys and addresses of the peers; counters and handshakes go on. */
function peersOf(dump: string): string[] {
  const [, ...lines] = dump.trim().split('\n')
  return lines.map((line) => line.split('\t').slice(0, 4).join(' ')).sort()
}
