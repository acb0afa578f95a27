/** Everything that Montana asks of post-quantum cryptography: spec transport 9. One interface, two backends. */
export interface PqBackend {
  readonly name: 'node' | 'noble'
  /** A fresh ML-KEM-768 pair from the system generator. */
  generateKem(signal?: AbortSignal): Promise<KemKeyPair>
  /** `publicKey` 1184 bytes; rejects with CRYPTO_KEM_KEY when it fails the FIPS 203 check. */
  encapsulate(publicKey: Uint8Array, signal?: AbortSignal): Promise<Encapsulation>
  /** `seed` is ξ, 32 bytes; the key pair is FIPS 204 KeyGen_internal(ξ). */
  importSigner(seed: Uint8Array): Promise<Signer>
  /** ML-DSA-65 pure mode, empty context. A wrong length or a bad signature is `false`, never an exception. */
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array, signal?: AbortSignal): Promise<boolean>
  /** Ends worker threads, if the backend has any. */
  close(): Promise<void>
}

export interface KemKeyPair {
  /** 1184 bytes. */
  readonly publicKey: Uint8Array
  /** `cipherText` 1088 bytes → shared secret, 32 bytes. A bad ciphertext yields another secret, not an error. */
  decapsulate(cipherText: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>
  dispose(): void
}

export interface Encapsulation {
  /** 1088 bytes. */
  readonly cipherText: Uint8Array
  /** 32 bytes; the caller wipes it. */
  readonly sharedSecret: Uint8Array
}

export interface Signer {
  /** 1952 bytes. */
  readonly publicKey: Uint8Array
  /** 3309 bytes, made off the event loop. */
  sign(message: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>
  dispose(): void
}

/** Both backends can also load a kept KEM key; handshakes never do. */
export interface KemImporter {
  /** `seed` is d ‖ z, 64 bytes. */
  importKem(seed: Uint8Array): Promise<KemKeyPair>
}
