import { createPrivateKey, createPublicKey } from 'node:crypto'
import { base58Encode } from '@montana/crypto'
import { concatBytes } from '@montana/foundation'

/** PKCS#8 around a raw Ed25519 seed (RFC 8410). */
const SEED_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
/** Identity multihash of the protobuf { Type: Ed25519, Data: 32 bytes }. */
const PEER_ID_PREFIX = Buffer.from('002408011220', 'hex')
const KEY_BYTES = 32

/** The `12D3…` id that older tools print. It is not the id on the network. */
export function legacyPeerId(ed25519Seed: Uint8Array): string {
  const der = Buffer.concat([SEED_PREFIX, ed25519Seed])
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
  const raw = key.export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES)
  return base58Encode(concatBytes(PEER_ID_PREFIX, raw))
}
