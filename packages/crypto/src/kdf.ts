import { createHmac, pbkdf2 } from 'node:crypto'
import { CryptoError } from './errors.js'

const HASH_BYTES = 32
/** RFC 5869: at most 255 blocks. */
const HKDF_MAX_BYTES = 255 * HASH_BYTES

/** RFC 2104 with SHA-256; 32 bytes. */
export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return new Uint8Array(mac.digest())
}

/** RFC 5869 section 2.2. An empty salt counts as 32 zero bytes. */
export function hkdfExtract(salt: Uint8Array, inputKey: Uint8Array): Uint8Array {
  return hmacSha256(salt.length === 0 ? new Uint8Array(HASH_BYTES) : salt, inputKey)
}

/** RFC 5869 section 2.3: 1 … 8160 bytes from a pseudo-random key of any length. Throws CRYPTO_LENGTH outside. */
export function hkdfExpand(pseudoRandomKey: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  if (!Number.isInteger(length) || length < 1 || length > HKDF_MAX_BYTES) {
    throw new CryptoError('CRYPTO_LENGTH', `HKDF yields 1 to ${HKDF_MAX_BYTES} bytes, not ${length}`, {
      field: 'length',
    })
  }
  const output = new Uint8Array(length)
  let block: Uint8Array = new Uint8Array(0)
  for (let at = 0, counter = 1; at < length; at += HASH_BYTES, counter += 1) {
    block = hmacSha256(pseudoRandomKey, block, info, Uint8Array.of(counter))
    output.set(block.subarray(0, length - at), at)
  }
  block.fill(0)
  return output
}

/** PBKDF2-HMAC-SHA-256 on the libuv pool, never on the event loop. */
export function pbkdf2Sha256(
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  length: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    pbkdf2(password, salt, iterations, length, 'sha256', (cause, derived) => {
      if (cause) reject(new CryptoError('CRYPTO_BACKEND', `PBKDF2 failed: ${cause.message}`, { cause }))
      else resolve(new Uint8Array(derived.buffer, derived.byteOffset, derived.byteLength))
    })
  })
}
