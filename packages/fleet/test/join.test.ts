import { join } from 'node:path'
import { deriveIdentity, type Identity } from '@montana/crypto'
import { toHex } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  createJoinRequest,
  type JoinRequestDocument,
  joinRequestBytes,
  MANIFEST_KIND,
  peerOfRequest,
  readJoinRequest,
  UsedRequests,
} from '../src/index.js'
import { manifestOf, textBytes } from './manifest-support.js'
import { base64, DAY_MS, NETWORK, scratch, signerOf, verify } from './support.js'

let identity: Identity
let bytes: Uint8Array
let nowMs: number

const init = () => ({ identity, network: NETWORK, label: 'tallinn', address: '/ip4/192.0.2.7/tcp/8444' })

beforeAll(async () => {
  nowMs = Date.now()
  identity = await deriveIdentity(new Uint8Array(32).fill(7))
  bytes = await createJoinRequest({ ...init(), notAfter: new Date(nowMs + DAY_MS), token: 'one-off-42' })
})

const read = (given: Uint8Array, over: object = {}) =>
  readJoinRequest(given, { network: NETWORK, nowMs, verify, ...over })
const code = (expected: string) => expect.objectContaining({ code: expected })
const parsed = () => JSON.parse(new TextDecoder().decode(bytes)) as JoinRequestDocument

/** The request with `over`, signed again by the key of its own identity. */
async function resigned(over: Partial<JoinRequestDocument>): Promise<Uint8Array> {
  const content = { ...parsed(), ...over }
  const backend = await import('@montana/crypto').then(({ selectPqBackend }) => selectPqBackend())
  const signer = await backend.importSigner(identity.seeds.node)
  const sig = base64(await signer.sign(joinRequestBytes(content)))
  await backend.close()
  return textBytes(JSON.stringify({ ...content, sig }))
}

describe('a join request', () => {
  it('becomes an entry that a manifest takes', async () => {
    const request = await read(bytes)
    expect(request).toMatchObject({ label: 'tallinn', token: 'one-off-42' })
    const peer = peerOfRequest(request)
    expect(peer).toMatchObject({
      peer_id: identity.peerId,
      node_id_hex: toHex(identity.nodeId),
      account_id_hex: toHex(identity.accountId),
    })
    const { peers } = await manifestOf()
    await expect(
      MANIFEST_KIND.checkContent(await manifestOf({ peers: [...peers, peer] }), verify, null),
    ).resolves.toBeUndefined()
  })

  it('tells nothing that is secret', () => {
    const text = new TextDecoder().decode(bytes)
    for (const seed of [identity.masterSeed, ...Object.values(identity.seeds)]) {
      expect(text).not.toContain(toHex(seed))
      expect(text).not.toContain(base64(seed))
    }
  })

  it('is refused from another network, expired, too long, and when anything in it was changed', async () => {
    await expect(read(bytes, { network: 'other' })).rejects.toThrow(code('JOIN_NETWORK'))
    await expect(read(bytes, { nowMs: nowMs + DAY_MS })).rejects.toThrow(code('JOIN_EXPIRED'))
    await expect(read(bytes, { nowMs: nowMs - 400_000 })).rejects.toThrow(code('JOIN_INVALID'))
    const long = await resigned({ not_after: new Date(nowMs + 32 * DAY_MS).toISOString() })
    await expect(read(long)).rejects.toThrow(code('JOIN_INVALID'))
    const otherKey = toHex((await signerOf(3)).publicKey)
    for (const over of [
      { label: 'x' },
      { multiaddr: '/ip4/192.0.2.8/tcp/1' },
      { nonce: '00'.repeat(16) },
      { node_pubkey_hex: otherKey },
    ]) {
      await expect(read(textBytes(JSON.stringify({ ...parsed(), ...over })))).rejects.toThrow(code('JOIN_SIGNATURE'))
    }
    await expect(read(textBytes(JSON.stringify({ ...parsed(), extra: 1 })))).rejects.toThrow(code('JOIN_INVALID'))
    await expect(read(new Uint8Array(40_000).fill(32))).rejects.toThrow(code('DOC_TOO_LARGE'))
  })

  it('counts once', async () => {
    const path = join(await scratch(), 'manifest.json.used')
    const request = await read(bytes)
    const used = await UsedRequests.open(path, nowMs)
    used.check(request)
    await used.add(request)
    const later = await UsedRequests.open(path, nowMs + 1)
    expect(() => later.check(request)).toThrow(code('JOIN_REPLAYED'))
    const over = await UsedRequests.open(path, nowMs + DAY_MS)
    expect(() => over.check(request)).not.toThrow()
  })

  it('is not made of a wrong setting', async () => {
    const make = (over: object) => createJoinRequest({ ...init(), notAfter: new Date(nowMs + DAY_MS), ...over })
    const refused = (field: string) => expect.objectContaining({ code: 'JOIN_REQUEST', field, exitCode: 78 })
    await expect(make({ address: '/dns4/x/tcp/1' })).rejects.toThrow(refused('address'))
    await expect(make({ label: '' })).rejects.toThrow(refused('label'))
    await expect(make({ network: 'a b' })).rejects.toThrow(refused('network'))
    await expect(make({ token: 'short' })).rejects.toThrow(refused('token'))
  })

  it('of another key carries the word of the old one', async () => {
    const before = await deriveIdentity(new Uint8Array(32).fill(8))
    const made = await createJoinRequest({ ...init(), notAfter: new Date(nowMs + DAY_MS), replaces: before })
    expect((await read(made)).rotation?.old_node_id).toBe(toHex(before.nodeId))
  })
})
