import type { MetricsRegistry } from '@montana/foundation'
import {
  MLDSA_PUBLIC_KEY_BYTES,
  MLDSA_SEED_BYTES,
  MLDSA_SIGNATURE_BYTES,
  MLKEM_CIPHERTEXT_BYTES,
  MLKEM_PUBLIC_KEY_BYTES,
  MLKEM_SEED_BYTES,
} from './constants.js'
import { checkLength } from './errors.js'
import { type CryptoMetrics, type CryptoOperation, createCryptoMetrics } from './metrics.js'
import { NobleClient } from './noble-client.js'
import type { HandleResult, NobleRequest } from './noble-protocol.js'
import type { Encapsulation, KemImporter, KemKeyPair, PqBackend, Signer } from './pq-backend.js'
import { WorkQueue } from './work-queue.js'

/** @noble/post-quantum in a worker thread: the portable fallback, about ten times slower than OpenSSL. */
export class NobleBackend implements PqBackend, KemImporter {
  readonly name = 'noble'
  readonly #client = new NobleClient()
  readonly #metrics: CryptoMetrics
  readonly #queue: WorkQueue

  constructor(registry?: MetricsRegistry) {
    this.#metrics = createCryptoMetrics(this.name, registry)
    // One thread does one thing at a time; a queue on this side of it lets an abort take work out again.
    this.#queue = new WorkQueue(1, (length) => this.#metrics.setQueueLength(length))
  }

  async generateKem(signal?: AbortSignal): Promise<KemKeyPair> {
    return this.#kemKeyPair(await this.#run<HandleResult>('generate_kem', { op: 'generate_kem' }, signal))
  }

  /** A pair from its 64-byte seed d ‖ z, for keys that are kept. */
  async importKem(seed: Uint8Array): Promise<KemKeyPair> {
    checkLength('seed', seed, MLKEM_SEED_BYTES)
    return this.#kemKeyPair(await this.#run<HandleResult>('generate_kem', { op: 'generate_kem', seed }))
  }

  async encapsulate(publicKey: Uint8Array, signal?: AbortSignal): Promise<Encapsulation> {
    checkLength('publicKey', publicKey, MLKEM_PUBLIC_KEY_BYTES)
    return await this.#run<Encapsulation>('encapsulate', { op: 'encapsulate', publicKey }, signal)
  }

  async importSigner(seed: Uint8Array): Promise<Signer> {
    checkLength('seed', seed, MLDSA_SEED_BYTES)
    const { handle, publicKey } = await this.#client.call<HandleResult>({ op: 'import_signer', seed })
    return {
      publicKey,
      sign: (message, signal) => this.#run<Uint8Array>('sign', { op: 'sign', handle, message }, signal),
      dispose: () => this.#dispose(handle),
    }
  }

  async verify(
    signature: Uint8Array,
    message: Uint8Array,
    publicKey: Uint8Array,
    signal?: AbortSignal,
  ): Promise<boolean> {
    if (signature.length !== MLDSA_SIGNATURE_BYTES || publicKey.length !== MLDSA_PUBLIC_KEY_BYTES) return false
    return await this.#run<boolean>('verify', { op: 'verify', signature, message, key: publicKey }, signal)
  }

  async close(): Promise<void> {
    await this.#client.close()
  }

  #kemKeyPair({ handle, publicKey }: HandleResult): KemKeyPair {
    return {
      publicKey,
      decapsulate: async (cipherText, signal) => {
        checkLength('cipherText', cipherText, MLKEM_CIPHERTEXT_BYTES)
        return await this.#run<Uint8Array>('decapsulate', { op: 'decapsulate', handle, cipherText }, signal)
      },
      dispose: () => this.#dispose(handle),
    }
  }

  #dispose(handle: number): void {
    this.#client.call({ op: 'dispose', handle }).catch(() => {})
  }

  #run<T>(operation: CryptoOperation, request: NobleRequest, signal?: AbortSignal): Promise<T> {
    return this.#metrics.time(operation, () => this.#queue.run(() => this.#client.call<T>(request), signal))
  }
}
