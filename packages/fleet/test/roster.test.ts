import { generateKeyPairSync } from 'node:crypto'
import { formatTime } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import {
  isInForce,
  nextChangeMs,
  ownEntry,
  putEntry,
  type RosterEntry,
  requireOwn,
  reviseRoster,
  revokeEntries,
  rosterEntryBytes,
  rosterKind,
  signRosterEntry,
  wgPublicKey,
} from '../src/roster/index.js'
import { bytesOfRoster, entry, rosterOf, signed, verifyRoster, wgKey } from './roster-support.js'
import { DAY_MS, fleetOf, NOW, signerOf } from './support.js'

const invalid = (field: string) => expect.objectContaining({ code: 'DOC_INVALID', field })
const at = (days: number) => formatTime(NOW + days * DAY_MS)

async function judge(entries: readonly RosterEntry[], kind = rosterKind()) {
  const fleet = await fleetOf(1, 1)
  return await verifyRoster(bytesOfRoster(await signed(rosterOf(entries), fleet)), fleet, NOW, kind)
}
const refuse = async (field: string, ...entries: readonly RosterEntry[]) =>
  await expect(judge(entries)).rejects.toThrow(invalid(field))

describe('a roster', () => {
  it('is taken with keys, addresses and endpoints of their own', async () => {
    const six = entry('c', 3, { tunnel_ip: 'fd66::3/128', endpoint: '[2001:db8::3]:51820' })
    const verified = await judge([entry('a', 1), entry('b', 2, { endpoint: null }), six])
    expect(verified.document.entries).toHaveLength(3)
  })

  it('has no key twice, be it revoked, of the same host or in another time', async () => {
    const a = entry('a', 1)
    await refuse('wg_pub', a, entry('b', 2, { wg_pub: a.wg_pub }))
    await refuse('wg_pub', { ...a, state: 'revoked' }, entry('b', 2, { wg_pub: a.wg_pub }))
    await refuse('wg_pub', { ...a, valid_to: at(1) }, { ...a, valid_from: at(1) })
  })

  it('has no tunnel address and no endpoint twice at one time', async () => {
    const a = entry('a', 1)
    await refuse('tunnel_ip', a, entry('b', 2, { tunnel_ip: a.tunnel_ip }))
    await refuse('endpoint', a, entry('b', 2, { endpoint: a.endpoint }))
    const spelled = [
      entry('a', 1, { tunnel_ip: 'fd66::3/128' }),
      entry('b', 2, { tunnel_ip: 'FD66:0::3/128' }),
    ] as const
    await refuse('tunnel_ip', ...spelled)
    await refuse('tunnel_ip', { ...a, valid_to: at(5) }, entry('b', 2, { tunnel_ip: a.tunnel_ip, valid_from: at(4) }))
  })

  it('lets an address change hands at one instant, or after a revocation', async () => {
    const a = entry('a', 1, { valid_to: at(5) })
    await judge([a, entry('a', 1, { valid_from: at(5), valid_to: at(9) })])
    await judge([{ ...a, state: 'revoked' }, entry('b', 2, { tunnel_ip: a.tunnel_ip, endpoint: a.endpoint })])
  })

  it('names a node by one label and has one key of it at a time', async () => {
    const a = entry('a', 1)
    await refuse('label', a, entry('b', 2, { node_id: a.node_id }))
    await refuse('label', a, entry('a', 2, { node_id: 'ab'.repeat(32) }))
    await refuse('label', a, entry('a', 2))
  })

  it('has no active entry that had ended when it was issued, and none that ends before it begins', async () => {
    await refuse('state', entry('a', 1, { valid_from: at(-2), valid_to: at(0) }))
    await judge([entry('a', 1, { valid_from: at(-2), valid_to: at(0), state: 'revoked' })])
    await refuse('valid_to', entry('a', 1, { valid_from: at(3), valid_to: at(3) }))
  })

  it('sends no endpoint through the tunnel', async () => {
    await refuse('endpoint', entry('a', 1), entry('b', 2, { endpoint: '10.66.0.1:51820' }))
    await refuse('endpoint', entry('a', 1, { endpoint: '10.66.0.1:51820' }))
  })

  it.each([
    ['a prefix that is no host', { tunnel_ip: '10.66.0.0/24' }],
    ['loopback inside the tunnel', { tunnel_ip: '127.0.0.1/32' }],
    ['a multicast address', { tunnel_ip: 'ff02::1/128' }],
    ['an address without its length', { tunnel_ip: '10.66.0.1' }],
    ['an endpoint by name', { endpoint: 'host.example:51820' }],
    ['an endpoint that nobody has', { endpoint: '0.0.0.0:51820' }],
    ['a key of 31 bytes', { wg_pub: Buffer.alloc(31, 1).toString('base64') }],
    ['a line break in a label', { label: 'a\nPublicKey = x' }],
    ['another state', { state: 'paused' }],
    ['a field that nobody knows', { allowed_ips: '0.0.0.0/0' }],
  ])('does not hold %s', async (_, over) => {
    await expect(judge([entry('a', 1, over as Partial<RosterEntry>)])).rejects.toThrow(
      expect.objectContaining({ code: 'DOC_INVALID' }),
    )
  })

  it('holds no key of small order and none in a second spelling', async () => {
    const bytes = (first: number, last: number) => Buffer.alloc(32).fill(0, 1, 31).fill(first, 0, 1).fill(last, 31)
    const order8 = 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'
    const spelledTwice = Buffer.from(wgKey(), 'base64')
    spelledTwice[31] = (spelledTwice[31] ?? 0) | 0x80
    for (const key of [bytes(0, 0), bytes(1, 0), Buffer.from(order8, 'hex'), Buffer.alloc(32, 255), spelledTwice]) {
      await refuse('wg_pub', entry('a', 1, { wg_pub: key.toString('base64') }))
    }
  })

  it('believes an entry that its node signed only if that node did', async () => {
    const [node, other] = [await signerOf(31), await signerOf(32)]
    const plain = entry('a', 1)
    const kind = rosterKind(new Map([[plain.node_id, node.publicKey]]))
    await judge([await signRosterEntry(plain, node)], kind)
    await judge([plain], kind)
    const foreign = await signRosterEntry(plain, other)
    await expect(judge([foreign], kind)).rejects.toThrow(invalid('sig_node'))
    await judge([{ ...foreign, state: 'revoked' }], kind)
    const moved = { ...(await signRosterEntry(plain, node)), tunnel_ip: '10.66.0.9/32' }
    await expect(judge([moved], kind)).rejects.toThrow(invalid('sig_node'))
  })

  it('lets a node sign "mt-roster-entry" ‖ 0 ‖ canonical JSON without its signature', () => {
    const plain = entry('a', 1, { wg_pub: 'AQ==', sig_node: 'x' })
    expect(Buffer.from(rosterEntryBytes(plain)).toString()).toBe(
      `mt-roster-entry\0{"endpoint":"192.0.2.1:51820","label":"a","node_id":"${plain.node_id}","state":"active",` +
        `"tunnel_ip":"10.66.0.1/32","valid_from":"${at(0)}","valid_to":"${at(30)}","wg_pub":"AQ=="}`,
    )
  })
})

describe('a roster to a host', () => {
  const [mine, next] = [wgKey(), wgKey()]
  const own = { label: 'a', publicKeys: [mine, next] }
  const judgeOwn = (...entries: readonly RosterEntry[]) => requireOwn(rosterOf(entries), own, NOW)

  it('is for it when it has its key, or the one that it made to come', () => {
    judgeOwn(entry('a', 1, { wg_pub: mine }), entry('b', 2))
    judgeOwn(entry('a', 1, { wg_pub: mine, state: 'revoked' }), entry('a', 1, { wg_pub: next }))
    judgeOwn(entry('a', 1, { wg_pub: mine, valid_to: at(2) }), entry('a', 1, { wg_pub: next, valid_from: at(2) }))
  })

  it('is none without its key, with another one, or with its key for somebody else', () => {
    expect(() => judgeOwn(entry('b', 2))).toThrow(invalid('wg_pub'))
    expect(() => judgeOwn(entry('a', 1))).toThrow(invalid('wg_pub'))
    expect(() => judgeOwn(entry('a', 1, { wg_pub: mine, state: 'revoked' }))).toThrow(/is revoked/)
    expect(() => judgeOwn(entry('a', 1, { wg_pub: mine }), entry('b', 2, { wg_pub: next }))).toThrow(invalid('label'))
    const foreign = [entry('a', 1, { wg_pub: mine, valid_to: at(2) }), entry('a', 1, { valid_from: at(2) })] as const
    expect(() => judgeOwn(...foreign)).toThrow(invalid('wg_pub'))
    expect(() => judgeOwn(entry('a', 1, { wg_pub: mine, valid_to: at(0) }))).toThrow(invalid('wg_pub'))
  })

  it('names its key by the time', () => {
    const entries = [
      entry('a', 1, { wg_pub: mine, valid_to: at(2) }),
      entry('a', 1, { wg_pub: next, valid_from: at(2) }),
    ]
    const roster = rosterOf(entries)
    expect(ownEntry(roster, own, NOW)?.wg_pub).toBe(mine)
    expect(ownEntry(roster, own, NOW + 2 * DAY_MS)?.wg_pub).toBe(next)
    expect(ownEntry(roster, own, NOW - 1)).toBeUndefined()
  })

  it('changes by itself where a validity begins or ends, and ends', () => {
    const roster = rosterOf([
      entry('a', 1, { valid_to: at(2) }),
      entry('b', 2, { valid_from: at(1), valid_to: at(200) }),
    ])
    expect(nextChangeMs(roster, NOW)).toBe(NOW + DAY_MS)
    expect(nextChangeMs(roster, NOW + DAY_MS)).toBe(NOW + 2 * DAY_MS)
    expect(nextChangeMs(roster, NOW + 3 * DAY_MS)).toBe(NOW + 90 * DAY_MS)
    expect(nextChangeMs(roster, NOW + 300 * DAY_MS)).toBeNull()
  })
})

describe('the next roster', () => {
  it('ends the old key of a host where the new one begins', () => {
    const [old, other] = [entry('a', 1), entry('b', 2)]
    const fresh = entry('a', 1, { valid_from: at(3) })
    const entries = putEntry([old, other], fresh)
    expect(entries).toEqual([{ ...old, valid_to: at(3) }, other, fresh])
    expect(entries.filter((one) => isInForce(one, NOW + 3 * DAY_MS)).map(({ label }) => label)).toEqual(['b', 'a'])
    // Once more changes nothing.
    expect(putEntry(entries, fresh)).toEqual(entries)
  })

  it('revokes what would have begun after the key that replaces it', () => {
    const planned = entry('a', 1, { valid_from: at(5) })
    expect(putEntry([planned], entry('a', 1))[0]).toEqual({ ...planned, state: 'revoked' })
  })

  it('revokes all keys of a host, and refuses where there is none', () => {
    const entries = [entry('a', 1, { valid_to: at(1) }), entry('a', 1, { valid_from: at(1) }), entry('b', 2)]
    expect(revokeEntries(entries, 'a').map(({ state }) => state)).toEqual(['revoked', 'revoked', 'active'])
    expect(() => revokeEntries(entries, 'c')).toThrow(invalid('label'))
  })

  it('retires what has ended by its date of issue', async () => {
    const entries = [entry('a', 1, { valid_to: at(1) }), entry('a', 1, { valid_from: at(1) })]
    const fleet = await fleetOf(1, 1)
    const first = await signed(rosterOf(entries), fleet)
    const next = reviseRoster(first, first.entries, { issuedAtMs: NOW + 2 * DAY_MS, validMs: DAY_MS })
    expect(next.entries.map(({ state }) => state)).toEqual(['revoked', 'active'])
    expect(next).toMatchObject({ version: 2, signatures: [] })
    await verifyRoster(bytesOfRoster(await signed(next, fleet)), fleet, NOW + 2 * DAY_MS)
  })
})

it('the public half of a raw key is the one that the runtime has for it', () => {
  const { publicKey, privateKey } = generateKeyPairSync('x25519')
  const raw = (key: Buffer) => new Uint8Array(key.subarray(-32))
  const secret = raw(privateKey.export({ format: 'der', type: 'pkcs8' }))
  expect(wgPublicKey(secret)).toEqual(raw(publicKey.export({ format: 'der', type: 'spki' })))
})
