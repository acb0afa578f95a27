import { hsalsa, xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { blake2b } from '@noble/hashes/blake2.js'

/** X25519 public keys and secret keys have this length. */
export const KEY_BYTES = 32
/** Ephemeral key and authenticator. Spec repository-mirror 6.4. */
export const SEAL_OVERHEAD_BYTES = 48
/** XSalsa20's nonce: BLAKE2b-192 of both public keys. */
const NONCE_BYTES = 24
/** "expand 32-byte k", the constant of the Salsa20 family, as four little-endian words. */
const SIGMA = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574)

export interface BoxKeyPair {
  readonly publicKey: Uint8Array
  readonly secretKey: Uint8Array
}

export function createBoxKeyPair(): BoxKeyPair {
  const { secretKey, publicKey } = x25519.keygen()
  return { secretKey, publicKey }
}

/** The message of a libsodium `crypto_box_seal`; undefined when it was not sealed for this key or was changed. */
export function openSealedBox(sealed: Uint8Array, pair: BoxKeyPair): Uint8Array | undefined {
  if (sealed.length < SEAL_OVERHEAD_BYTES) return undefined
  const ephemeral = sealed.subarray(0, KEY_BYTES)
  try {
    const shared = x25519.getSharedSecret(pair.secretKey, ephemeral)
    return xsalsa20poly1305(boxKey(shared), nonceOf(ephemeral, pair.publicKey)).decrypt(sealed.subarray(KEY_BYTES))
  } catch {
    return undefined
  }
}

function nonceOf(ephemeral: Uint8Array, recipient: Uint8Array): Uint8Array {
  return blake2b(Buffer.concat([ephemeral, recipient]), { dkLen: NONCE_BYTES })
}

/** HSalsa20 of the shared point with an input of zeros. */
function boxKey(shared: Uint8Array): Uint8Array {
  const words = new Uint32Array(KEY_BYTES / 4)
  hsalsa(SIGMA, wordsOf(shared), new Uint32Array(4), words)
  const key = Buffer.alloc(KEY_BYTES)
  words.forEach((word, index) => {
    key.writeUInt32LE(word, index * 4)
  })
  return key
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(index * 4, true))
}
