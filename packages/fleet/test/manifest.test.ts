import { beforeAll, describe, expect, it } from 'vitest'
import {
  KEY_LOST,
  MANIFEST_KIND,
  type ManifestDocument,
  type ManifestPeerDocument,
  manifestKind,
  putPeer,
  removePeer,
  revise,
  signNodeRotation,
  verifyDocument,
} from '../src/index.js'
import { documentBytes, manifestOf, nodeOf, signAll } from './manifest-support.js'
import { DAY_MS, type Fleet, fleetOf, NETWORK, NOW, signerOf, verify } from './support.js'

let fleet: Fleet
let peers: readonly ManifestPeerDocument[]

beforeAll(async () => {
  fleet = await fleetOf(3, 2)
  peers = (await manifestOf()).peers
})

async function check(document: ManifestDocument, kind = MANIFEST_KIND, previous: ManifestDocument | null = null) {
  const modules = { trust: fleet.trust, verify, nowMs: NOW, previous }
  return await verifyDocument(documentBytes(await signAll(document, fleet)), kind, modules)
}

const refused = (field: string) =>
  expect.objectContaining({ code: 'DOC_INVALID', field: expect.stringContaining(field) })

/** The manifest with `over` in its second peer. */
async function withPeer(over: Partial<ManifestPeerDocument>): Promise<ManifestDocument> {
  const [first, second] = peers as [ManifestPeerDocument, ManifestPeerDocument]
  return await manifestOf({ peers: [first, { ...second, ...over }] })
}

describe('the content of a manifest', () => {
  it('is taken as a whole when every rule holds', async () => {
    await expect(check(await manifestOf())).resolves.toMatchObject({ signers: ['op0', 'op1'] })
  })

  it('names its network twice, and alike', async () => {
    await expect(check(await manifestOf({ network_name: 'other' }))).rejects.toThrow(refused('network_name'))
  })

  it('has at least one peer and exactly one bootstrap', async () => {
    await expect(check(await manifestOf({ peers: [] }))).rejects.toThrow(refused('peers'))
    await expect(check(await withPeer({ bootstrap: true }))).rejects.toThrow(refused('bootstrap'))
    const none = peers.map((peer) => ({ ...peer, bootstrap: false }))
    await expect(check(await manifestOf({ peers: none }))).rejects.toThrow(refused('bootstrap'))
  })

  it.each(['label', 'multiaddr', 'account_id_hex'] as const)('has no %s twice', async (field) => {
    await expect(check(await withPeer({ [field]: peers[0]?.[field] }))).rejects.toThrow(refused(field))
  })

  it('has no key twice, under whatever label', async () => {
    const twin = { ...(peers[0] as ManifestPeerDocument), label: 'twin', bootstrap: false }
    const other = { ...twin, multiaddr: '/ip4/192.0.2.9/tcp/1', account_id_hex: '00'.repeat(32) }
    await expect(check(await manifestOf({ peers: [...peers, other] }))).rejects.toThrow(refused('peer_id'))
  })

  it.each([
    '/dns4/example.org/tcp/8444',
    '/ip4/0.0.0.0/tcp/8444',
    '/ip6/::/tcp/8444',
    '/ip6/0:0::0/tcp/8444',
    '/ip4/192.0.2.1/tcp/0',
    '/ip4/192.0.2.1/tcp/65536',
    '/ip4/192.0.2.1/udp/8444',
    '/ip4/192.0.2.1/tcp/8444/p2p/Qm',
    '/ip4/<address>/tcp/8444',
    '/ip6/fe80::1%eth0/tcp/1',
    '',
  ])('has no address %j', async (multiaddr) => {
    await expect(check(await withPeer({ multiaddr }))).rejects.toThrow(refused('multiaddr'))
  })

  it.each(['/ip4/192.0.2.200/tcp/1', '/ip6/2001:db8::1/tcp/65535'])('may have the address %s', async (multiaddr) => {
    await expect(check(await withPeer({ multiaddr }))).resolves.toBeDefined()
  })

  it('derives ids from keys', async () => {
    const [first] = peers
    await expect(check(await withPeer({ peer_id: first?.peer_id ?? '' }))).rejects.toThrow(refused('peer_id'))
    const third = await nodeOf('x', 3)
    await expect(check(await withPeer({ peer_id: third.peer_id }))).rejects.toThrow(refused('peer_id'))
    await expect(check(await withPeer({ node_id_hex: third.node_id_hex }))).rejects.toThrow(refused('node_id_hex'))
    await expect(check(await withPeer({ node_pubkey_hex: third.node_pubkey_hex }))).rejects.toThrow(
      refused('node_id_hex'),
    )
    await expect(check(await withPeer({ peer_id: `Qm${'0'.repeat(44)}` }))).rejects.toThrow(refused('peer_id'))
  })

  it('has operators of the genesis under their own ids and labels', async () => {
    const [, helsinki] = peers as [ManifestPeerDocument, ManifestPeerDocument]
    const operator = { label: 'helsinki', nodeIdHex: helsinki.node_id_hex, accountIdHex: helsinki.account_id_hex }
    const kind = (over: object) => manifestKind([{ ...operator, ...over }])
    const document = await manifestOf()
    await expect(check(document, kind({}))).resolves.toBeDefined()
    await expect(check(document, kind({ nodeIdHex: '11'.repeat(32) }))).rejects.toThrow(refused('node_id_hex'))
    await expect(check(document, kind({ accountIdHex: '11'.repeat(32) }))).rejects.toThrow(refused('account_id_hex'))
    await expect(check(document, kind({ label: 'tallinn' }))).rejects.toThrow(refused('label'))
    await expect(
      check(document, manifestKind([{ ...operator, label: 'away', nodeIdHex: '11'.repeat(32) }])),
    ).resolves.toBeDefined()
  })
})

describe('another key under an old label', () => {
  const successor = async (over: Partial<ManifestPeerDocument> = {}) => {
    const { multiaddr: _, ...rest } = await nodeOf('helsinki', 3)
    return await withPeer({ ...rest, ...over })
  }
  const rotation = async (oldByte: number, newByte: number, network = NETWORK) =>
    await signNodeRotation(network, await signerOf(oldByte), await signerOf(newByte))

  it('needs the word of both keys', async () => {
    const before = await manifestOf()
    const both = await rotation(2, 3)
    await expect(check(await successor({ rotation: both }), MANIFEST_KIND, before)).resolves.toBeDefined()
    await expect(check(await successor(), MANIFEST_KIND, before)).rejects.toThrow(refused('rotation'))
    const other = await rotation(4, 3)
    const wrong = [
      { ...both, sig_old: other.sig_old },
      { ...both, sig_new: other.sig_new },
      { ...both, sig_old: both.sig_new },
      other,
      await rotation(2, 4),
      await rotation(2, 3, 'other.test'),
    ]
    for (const rotation of wrong) {
      await expect(check(await successor({ rotation }), MANIFEST_KIND, before)).rejects.toThrow(refused('rotation'))
    }
  })

  it('or of the operators that the old one is lost', async () => {
    const lost = await successor({ replaced: KEY_LOST })
    await expect(check(lost, MANIFEST_KIND, await manifestOf())).resolves.toBeDefined()
    const both = await successor({ replaced: KEY_LOST, rotation: await rotation(2, 3) })
    await expect(check(both)).rejects.toThrow(expect.objectContaining({ code: 'DOC_INVALID' }))
    await expect(check(await successor({ replaced: 'lost' as typeof KEY_LOST }))).rejects.toThrow(refused('replaced'))
  })

  it('is no question without a version before, nor for a new label', async () => {
    await expect(check(await successor())).resolves.toBeDefined()
    await expect(check(await successor({ label: 'tallinn' }), MANIFEST_KIND, await manifestOf())).resolves.toBeDefined()
  })
})

describe('a manifest in the making', () => {
  it('has its first peer for the bootstrap, until another is made it', async () => {
    const one = putPeer([], await nodeOf('a', 1))
    const two = putPeer(one, await nodeOf('b', 2))
    expect(two.map(({ bootstrap }) => bootstrap)).toEqual([true, false])
    const moved = putPeer(two, await nodeOf('a', 1, { multiaddr: '/ip4/192.0.2.77/tcp/1' }))
    expect(moved.map(({ bootstrap, multiaddr }) => [bootstrap, multiaddr])).toEqual([
      [true, '/ip4/192.0.2.77/tcp/1'],
      [false, '/ip4/192.0.2.2/tcp/8444'],
    ])
    expect(putPeer(two, await nodeOf('c', 3, { bootstrap: true })).map(({ bootstrap }) => bootstrap)).toEqual([
      ...[false, false, true],
    ])
    expect(() => removePeer(two, 'a')).toThrow(refused('bootstrap'))
    expect(() => removePeer(two, 'z')).toThrow(refused('label'))
    expect(removePeer(two, 'b').map(({ label }) => label)).toEqual(['a'])
  })

  it('becomes the next version once it is signed', async () => {
    const signed = await signAll(await manifestOf(), fleet)
    const next = revise(signed, { peers: signed.peers.slice(0, 1) }, { issuedAtMs: NOW + 1, validMs: DAY_MS })
    expect(next).toMatchObject({ version: 2, signatures: [], issued_at: '2026-05-01T12:00:00.001Z' })
    expect(next.previous_sha256).toHaveLength(64)
    expect(revise(next, {}, { issuedAtMs: NOW, validMs: DAY_MS }).version).toBe(2)
  })

  it('is at most as large as a document may be with 220 peers', async () => {
    const [first] = peers as [ManifestPeerDocument]
    const many = Array.from({ length: 220 }, () => first)
    expect(documentBytes(await manifestOf({ peers: many })).length).toBeLessThan(1024 * 1024)
  })
})
