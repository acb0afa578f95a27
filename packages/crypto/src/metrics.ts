import { type MetricsRegistry, noMetrics } from '@montana/foundation'

export type CryptoOperation = 'generate_kem' | 'encapsulate' | 'decapsulate' | 'sign' | 'verify'

/** 50 µs is a native verification, 100 ms a noble signature on a loaded host. */
const SECONDS_BUCKETS = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1]

export interface CryptoMetrics {
  /** Runs `work` and records how long it took, waiting in the queue included. */
  time<T>(operation: CryptoOperation, work: () => Promise<T>): Promise<T>
  setQueueLength(length: number): void
}

/** All metrics of this package: spec transport 19. */
export function createCryptoMetrics(backend: string, registry: MetricsRegistry = noMetrics): CryptoMetrics {
  const seconds = registry.histogram({
    name: 'montana_crypto_seconds',
    help: 'Duration of post-quantum operations, queueing included',
    labels: ['op', 'backend'],
    buckets: SECONDS_BUCKETS,
  })
  const queue = registry.gauge({ name: 'montana_crypto_queue_length', help: 'Post-quantum operations that wait' })
  return {
    setQueueLength: (length) => queue.set({}, length),
    async time(operation, work) {
      const start = performance.now()
      try {
        return await work()
      } finally {
        seconds.observe({ op: operation, backend }, (performance.now() - start) / 1000)
      }
    },
  }
}
