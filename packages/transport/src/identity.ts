import type { PeerId, PrivateKey, PublicKey } from '@libp2p/interface'
import { peerIdFromMultihash } from '@libp2p/peer-id'
import { sha256 } from '@montana/codec'
import type { Signer } from '@montana/crypto'
import { bytesEqual } from '@montana/foundation'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'

const SHA2_256 = 0x12
const LIBP2P_KEY = 0x72

/** PeerId of a raw ML-DSA-65 key (1952 bytes), `Qm…`: spec transport 2. It carries no public key. */
export function peerIdOfNodeKey(nodeKey: Uint8Array): PeerId {
  return peerIdFromMultihash(Digest.create(SHA2_256, sha256(nodeKey)))
}

/**
 * The node's key in the shape js-libp2p wants, so that `node.peerId` shows the network identity and the self-dial
 * guards work: spec transport 11.2. It says RSA because that is the one type whose PeerId is a SHA-256 multihash; no
 * RSA operation is ever reached, because nothing that signs or verifies records is enabled.
 */
export function libp2pKey(signer: Signer): PrivateKey {
  const publicKey = libp2pPublicKey(signer.publicKey)
  const key = {
    type: 'RSA',
    raw: new Uint8Array(0),
    publicKey,
    equals: (other?: { publicKey?: PublicKey }) => publicKey.equals(other?.publicKey),
    sign: (message: Uint8Array) => signer.sign(message),
    toMultihash: () => publicKey.toMultihash(),
    toCID: () => publicKey.toCID(),
  }
  return key as unknown as PrivateKey
}

function libp2pPublicKey(raw: Uint8Array): PublicKey {
  const multihash = Digest.create(SHA2_256, sha256(raw))
  const cid = CID.createV1(LIBP2P_KEY, multihash)
  const key = {
    type: 'RSA',
    raw,
    equals: (other?: { raw?: Uint8Array }) => other?.raw !== undefined && bytesEqual(other.raw, raw),
    verify: () => false,
    toMultihash: () => multihash,
    toCID: () => cid,
    toString: () => peerIdFromMultihash(multihash).toString(),
  }
  return key as unknown as PublicKey
}
