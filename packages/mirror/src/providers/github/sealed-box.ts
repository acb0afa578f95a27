import { hsalsa, xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { concatBytes, u8, u32 } from '@noble/ciphers/utils.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { blake2b } from '@noble/hashes/blake2.js'

const PUBLIC_KEY_BYTES = 32
const NONCE_BYTES = 24
const KEY_WORDS = 8
/** The constant of Salsa20 for keys of 32 bytes. */
const SIGMA = new TextEncoder().encode('expand 32-byte k')
const ZEROS = new Uint32Array(4)

/**
 * What libsodium calls `crypto_box_seal`: only the owner of the private key of `recipient` (X25519, 32 bytes) opens it;
 * 48 bytes longer than the message. Throws on a key of low order. Spec repository-mirror 6.4.
 */
export function sealBox(message: Uint8Array, recipient: Uint8Array): Uint8Array {
  if (recipient.length !== PUBLIC_KEY_BYTES)
    throw new RangeError(`a public key has ${PUBLIC_KEY_BYTES} bytes, not ${recipient.length}`)
  const { secretKey, publicKey } = x25519.keygen()
  const nonce = blake2b(concatBytes(publicKey, recipient), { dkLen: NONCE_BYTES })
  const key = boxKey(x25519.getSharedSecret(secretKey, recipient))
  const sealed = xsalsa20poly1305(key, nonce).encrypt(message)
  secretKey.fill(0)
  key.fill(0)
  return concatBytes(publicKey, sealed)
}

/** Clears `shared`. The copies make sure that words can be read at any offset. */
function boxKey(shared: Uint8Array): Uint8Array {
  const words = u32(shared.slice())
  const key = new Uint32Array(KEY_WORDS)
  hsalsa(u32(SIGMA.slice()), words, ZEROS, key)
  shared.fill(0)
  words.fill(0)
  return u8(key)
}
