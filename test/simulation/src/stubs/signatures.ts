import { hash } from 'node:crypto'
import { MLDSA_PUBLIC_KEY_BYTES, MLDSA_SIGNATURE_BYTES } from '@montana/crypto'
import { bytesEqual, concatBytes } from '@montana/foundation'

export interface StubSigner {
  /** 1952 bytes. */
  readonly publicKey: Uint8Array
  /** 3309 bytes. */
  sign(message: Uint8Array): Uint8Array
}

/**
 * Signatures at the speed of one hash: a MAC under a secret that only the signer and the verifier know, repeated to
 * the length of the real thing. Whoever holds no signer cannot make one, which is all that the rules rely on.
 */
export class SignatureScheme {
  readonly #secrets = new Map<string, Uint8Array>()

  /** The same label gives the same key pair. */
  createSigner(label: string): StubSigner {
    const publicKey = fill(sha256(Buffer.from(`public/${label}`)), MLDSA_PUBLIC_KEY_BYTES)
    const secret = sha256(Buffer.from(`secret/${label}`))
    this.#secrets.set(keyName(publicKey), secret)
    return { publicKey, sign: (message) => mac(secret, message) }
  }

  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
    const secret = this.#secrets.get(keyName(publicKey))
    return secret !== undefined && bytesEqual(signature, mac(secret, message))
  }
}

/** The first 32 bytes repeat; they name the key. */
function keyName(publicKey: Uint8Array): string {
  return Buffer.from(publicKey.buffer, publicKey.byteOffset, 32).toString('latin1')
}

function mac(secret: Uint8Array, message: Uint8Array): Uint8Array {
  return fill(sha256(concatBytes(secret, message)), MLDSA_SIGNATURE_BYTES)
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

/** `pattern` over and over; `Buffer.alloc` does it natively. */
function fill(pattern: Uint8Array, length: number): Uint8Array {
  const buffer = Buffer.alloc(length, pattern)
  return new Uint8Array(buffer.buffer, buffer.byteOffset, length)
}
