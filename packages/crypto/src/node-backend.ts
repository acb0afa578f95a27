import type { KeyObject, KeyPairKeyObjectResult } from 'node:crypto'
// As a namespace: a runtime without encapsulate must fail the self-test, not the import.
import * as openssl from 'node:crypto'
import type { MetricsRegistry } from '@montana/foundation'
import {
  MAX_CRYPTO_IN_FLIGHT,
  MLDSA_PUBLIC_KEY_BYTES,
  MLDSA_SEED_BYTES,
  MLDSA_SIGNATURE_BYTES,
  MLKEM_CIPHERTEXT_BYTES,
  MLKEM_PUBLIC_KEY_BYTES,
  MLKEM_SEED_BYTES,
  PUBLIC_KEY_CACHE_ENTRIES,
} from './constants.js'
import { CryptoError, checkLength } from './errors.js'
import { KeyCache } from './key-cache.js'
import { type CryptoMetrics, type CryptoOperation, createCryptoMetrics } from './metrics.js'
import {
  importMldsaPublicKey,
  importMldsaSeed,
  importMlkemPublicKey,
  importMlkemSeed,
  rawPublicKey,
} from './node-keys.js'
import type { Encapsulation, KemImporter, KemKeyPair, PqBackend, Signer } from './pq-backend.js'
import { WorkQueue } from './work-queue.js'

type Callback<T> = (error: Error | null, result: T) => void

/** OpenSSL through node:crypto. Everything but key import runs on the libuv pool; import takes 0.1 to 0.4 ms. */
export class NodeBackend implements PqBackend, KemImporter {
  readonly name = 'node'
  readonly #metrics: CryptoMetrics
  readonly #queue: WorkQueue
  readonly #keys = new KeyCache(PUBLIC_KEY_CACHE_ENTRIES, importMldsaPublicKey)

  constructor(registry?: MetricsRegistry) {
    this.#metrics = createCryptoMetrics(this.name, registry)
    this.#queue = new WorkQueue(MAX_CRYPTO_IN_FLIGHT, (length) => this.#metrics.setQueueLength(length))
  }

  async generateKem(signal?: AbortSignal): Promise<KemKeyPair> {
    const { publicKey, privateKey } = await this.#run<KeyPairKeyObjectResult>('generate_kem', signal, (done) =>
      openssl.generateKeyPair('ml-kem-768', undefined, (error, publicKey, privateKey) =>
        done(error, { publicKey, privateKey }),
      ),
    )
    return this.#kemKeyPair(rawPublicKey(publicKey), privateKey)
  }

  /** A pair from its 64-byte seed d ‖ z, for keys that are kept. */
  async importKem(seed: Uint8Array): Promise<KemKeyPair> {
    checkLength('seed', seed, MLKEM_SEED_BYTES)
    const key = importMlkemSeed(seed)
    return this.#kemKeyPair(rawPublicKey(key), key)
  }

  async encapsulate(publicKey: Uint8Array, signal?: AbortSignal): Promise<Encapsulation> {
    checkLength('publicKey', publicKey, MLKEM_PUBLIC_KEY_BYTES)
    const key = importEncapsulationKey(publicKey)
    const { sharedKey, ciphertext } = await this.#run<{ sharedKey: Buffer; ciphertext: Buffer }>(
      'encapsulate',
      signal,
      (done) => openssl.encapsulate(key, done),
    )
    return { cipherText: ownBytes(ciphertext), sharedSecret: ownBytes(sharedKey) }
  }

  async importSigner(seed: Uint8Array): Promise<Signer> {
    checkLength('seed', seed, MLDSA_SEED_BYTES)
    let key: KeyObject | undefined = importMldsaSeed(seed)
    return {
      publicKey: rawPublicKey(key),
      sign: async (message, signal) => {
        const secret = key
        if (secret === undefined) throw new CryptoError('CRYPTO_BACKEND', 'the signer is disposed')
        return ownBytes(await this.#run<Buffer>('sign', signal, (done) => openssl.sign(null, message, secret, done)))
      },
      dispose: () => {
        key = undefined
      },
    }
  }

  async verify(
    signature: Uint8Array,
    message: Uint8Array,
    publicKey: Uint8Array,
    signal?: AbortSignal,
  ): Promise<boolean> {
    if (signature.length !== MLDSA_SIGNATURE_BYTES || publicKey.length !== MLDSA_PUBLIC_KEY_BYTES) return false
    const key = this.#keys.get(publicKey)
    return await this.#run<boolean>('verify', signal, (done) => openssl.verify(null, message, key, signature, done))
  }

  async close(): Promise<void> {}

  #kemKeyPair(publicKey: Uint8Array, privateKey: KeyObject): KemKeyPair {
    let key: KeyObject | undefined = privateKey
    return {
      publicKey,
      decapsulate: async (cipherText, signal) => {
        checkLength('cipherText', cipherText, MLKEM_CIPHERTEXT_BYTES)
        const secret = key
        if (secret === undefined) throw new CryptoError('CRYPTO_BACKEND', 'the KEM key is disposed')
        return ownBytes(
          await this.#run<Buffer>('decapsulate', signal, (done) => openssl.decapsulate(secret, cipherText, done)),
        )
      },
      dispose: () => {
        key = undefined
      },
    }
  }

  #run<T>(operation: CryptoOperation, signal: AbortSignal | undefined, start: (done: Callback<T>) => void): Promise<T> {
    return this.#metrics.time(operation, () => this.#queue.run(() => fromCallback(operation, start), signal))
  }
}

function fromCallback<T>(operation: string, start: (done: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, result) => {
      if (error) reject(new CryptoError('CRYPTO_BACKEND', `${operation} failed: ${error.message}`, { cause: error }))
      else resolve(result)
    })
  })
}

function importEncapsulationKey(publicKey: Uint8Array): KeyObject {
  try {
    return importMlkemPublicKey(publicKey)
  } catch (cause) {
    throw new CryptoError('CRYPTO_KEM_KEY', 'the encapsulation key is not a reduced ML-KEM-768 key', { cause })
  }
}

/** A view of the same memory, so that wiping the result wipes the one copy there is. */
function ownBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
