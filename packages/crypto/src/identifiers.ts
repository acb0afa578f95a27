import { hashWithDomain, sha256, u16le } from '@montana/codec'
import { bytesEqual, concatBytes } from '@montana/foundation'
import { base58 } from '@scure/base'
import { MASTER_SEED_BYTES, MLDSA_PUBLIC_KEY_BYTES } from './constants.js'
import { checkLength } from './errors.js'

const ADDRESS_PREFIX = 'mt'
const ADDRESS_CHECKSUM_BYTES = 4
const ACCOUNT_ID_BYTES = 32
/** Multihash header: SHA-256, 32 bytes. */
const MULTIHASH_SHA256 = Uint8Array.of(0x12, 0x20)

/** Bitcoin alphabet; a leading zero byte is a leading `1`. */
export function base58Encode(bytes: Uint8Array): string {
  return base58.encode(bytes)
}

/** `undefined` when the text has a character outside the alphabet. */
export function base58Decode(text: string): Uint8Array | undefined {
  try {
    return base58.decode(text)
  } catch {
    return undefined
  }
}

/** H("mt-account", u16le(suite) ‖ account_pk): spec protocol 2. */
export function accountIdOf(suite: number, accountPublicKey: Uint8Array): Uint8Array {
  return hashWithDomain('mt-account', u16le(suite), accountPublicKey)
}

/** H("mt-node", node_pk): spec protocol 2. */
export function nodeIdOf(nodePublicKey: Uint8Array): Uint8Array {
  return hashWithDomain('mt-node', nodePublicKey)
}

/** "mt" ‖ base58btc(account_id ‖ first four bytes of its double SHA-256): spec protocol 2. */
export function addressOf(accountId: Uint8Array): string {
  return ADDRESS_PREFIX + base58Encode(concatBytes(accountId, addressChecksum(accountId)))
}

/** The account_id of an address; `undefined` when prefix, length or checksum are wrong. */
export function parseAddress(address: string): Uint8Array | undefined {
  if (!address.startsWith(ADDRESS_PREFIX)) return undefined
  const bytes = base58Decode(address.slice(ADDRESS_PREFIX.length))
  if (bytes?.length !== ACCOUNT_ID_BYTES + ADDRESS_CHECKSUM_BYTES) return undefined
  const accountId = bytes.slice(0, ACCOUNT_ID_BYTES)
  return bytesEqual(bytes.subarray(ACCOUNT_ID_BYTES), addressChecksum(accountId)) ? accountId : undefined
}

function addressChecksum(accountId: Uint8Array): Uint8Array {
  return sha256(sha256(accountId)).subarray(0, ADDRESS_CHECKSUM_BYTES)
}

/** 0x12 0x20 ‖ SHA-256(node_pk), the raw key without any wrapping: spec transport 2. 34 bytes. */
export function peerIdMultihashOf(nodePublicKey: Uint8Array): Uint8Array {
  checkLength('nodePublicKey', nodePublicKey, MLDSA_PUBLIC_KEY_BYTES)
  return concatBytes(MULTIHASH_SHA256, sha256(nodePublicKey))
}

/** 46 characters that begin with `Qm`: spec transport 2. */
export function peerIdOf(nodePublicKey: Uint8Array): string {
  return base58Encode(peerIdMultihashOf(nodePublicKey))
}

/** What is shown of a master seed: the first eight bytes of its SHA-256. */
export function masterSeedFingerprint(masterSeed: Uint8Array): Uint8Array {
  checkLength('masterSeed', masterSeed, MASTER_SEED_BYTES)
  return sha256(masterSeed).slice(0, 8)
}
