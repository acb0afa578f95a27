import { createHash } from 'node:crypto'
import { toHex } from '@montana/foundation'

const ADDRESS_DIGEST_BYTES = 20

/** `mt` and 40 hex digits; no checksum. */
export const HOST_ADDRESS = /^mt[a-f0-9]{40}$/

/** "mt" ‖ hex(SHA-256(raw public key)[0..20]), for keys of any type. Spec three-mirror 11.1. */
export function addressOfPublicKey(publicKey: Uint8Array): string {
  const digest = createHash('sha256').update(publicKey).digest()
  return `mt${toHex(digest.subarray(0, ADDRESS_DIGEST_BYTES))}`
}
