import type { PqBackend } from './pq-backend.js'

/** All that consensus needs to know about signatures; a bad one is `false`, never an exception. */
export type SignatureVerifier = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => Promise<boolean>

export function createSignatureVerifier(backend: PqBackend): SignatureVerifier {
  return (signature, message, publicKey) => backend.verify(signature, message, publicKey)
}
