import { createCipheriv, createDecipheriv } from 'node:crypto'
import { checkLength } from './errors.js'

const ALGORITHM = 'chacha20-poly1305'
export const AEAD_KEY_BYTES = 32
export const AEAD_NONCE_BYTES = 12
export const AEAD_TAG_BYTES = 16

const EMPTY = new Uint8Array(0)

/** ChaCha20-Poly1305 (RFC 8439): ciphertext ‖ tag, 16 bytes longer than the plaintext. */
export function aeadSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associatedData: Uint8Array = EMPTY,
): Uint8Array {
  checkKeyAndNonce(key, nonce)
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: AEAD_TAG_BYTES })
  cipher.setAAD(associatedData, { plaintextLength: plaintext.length })
  const sealed = new Uint8Array(plaintext.length + AEAD_TAG_BYTES)
  sealed.set(cipher.update(plaintext))
  cipher.final()
  sealed.set(cipher.getAuthTag(), plaintext.length)
  return sealed
}

/** The plaintext, or `undefined` when the tag does not fit: nothing unauthenticated is ever returned. */
export function aeadOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associatedData: Uint8Array = EMPTY,
): Uint8Array | undefined {
  checkKeyAndNonce(key, nonce)
  const length = sealed.length - AEAD_TAG_BYTES
  if (length < 0) return undefined
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: AEAD_TAG_BYTES })
  decipher.setAAD(associatedData, { plaintextLength: length })
  decipher.setAuthTag(sealed.subarray(length))
  const plaintext = decipher.update(sealed.subarray(0, length))
  try {
    decipher.final()
  } catch {
    return undefined
  }
  return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.byteLength)
}

function checkKeyAndNonce(key: Uint8Array, nonce: Uint8Array): void {
  checkLength('key', key, AEAD_KEY_BYTES)
  checkLength('nonce', nonce, AEAD_NONCE_BYTES)
}
