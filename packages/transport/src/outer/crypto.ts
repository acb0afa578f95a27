import { createSecretKey, type KeyObject } from 'node:crypto'
import type { ICryptoInterface } from '@chainsafe/libp2p-noise'
import { defaultCrypto } from '@chainsafe/libp2p-noise/crypto'
import { TransportError } from '../errors.js'

/** From this size on the library's crypto is the native one, which takes key objects as well as bytes. */
const NATIVE_FROM_BYTES = 1200

const keys = new WeakMap<Uint8Array, KeyObject>()

/**
 * The library's own crypto (spec transport 9, rule 7), with the code of spec transport 18 on what it refuses. Native
 * calls get the key of a connection as one object: from bytes each call would make one, some 25 µs.
 */
export const codedCrypto: ICryptoInterface = {
  ...defaultCrypto,
  chaCha20Poly1305Encrypt(plaintext, nonce, ad, key) {
    return defaultCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, fitting(key, plaintext.byteLength))
  },
  chaCha20Poly1305Decrypt(ciphertext, nonce, ad, key, dst) {
    try {
      return defaultCrypto.chaCha20Poly1305Decrypt(ciphertext, nonce, ad, fitting(key, ciphertext.byteLength), dst)
    } catch (cause) {
      throw new TransportError('FRAME_AUTH', 'a frame does not authenticate', { layer: 'outer' }, cause)
    }
  },
}

function fitting(key: Uint8Array, bytes: number): Uint8Array {
  return bytes < NATIVE_FROM_BYTES ? key : (keyObjectOf(key) as unknown as Uint8Array)
}

function keyObjectOf(key: Uint8Array): KeyObject {
  const known = keys.get(key)
  if (known !== undefined) return known
  const made = createSecretKey(key)
  keys.set(key, made)
  return made
}
