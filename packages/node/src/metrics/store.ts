import type { MetricsRegistry } from '@montana/foundation'
import { counter, gauge } from './kinds.js'

/** From a commit in the page cache to a disk that is about to fail: spec operations 14. */
const COMMIT_BUCKETS_S = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5] as const

/** What is on disk. */
export function createStoreMetrics(registry: MetricsRegistry) {
  const commit = registry.histogram({
    name: 'montana_store_commit_seconds',
    help: 'Time of the transaction that makes one window durable',
    buckets: COMMIT_BUCKETS_S,
  })
  return {
    commit: (seconds: number) => commit.observe({}, seconds),
    storeBytes: gauge(registry, 'montana_store_bytes', 'Length of the store and its log'),
    readOnly: gauge(registry, 'montana_store_read_only', '1 while writes to the store wait for space on the disk'),
    writeRefused: counter(
      registry,
      'montana_store_writes_refused_total',
      'Attempts to write to the store that a full disk refused',
    ),
    mended: counter(registry, 'montana_store_mended_total', 'Damaged parts of the store that came back from peers'),
    logLinesLost: gauge(registry, 'montana_log_lines_lost', 'Log lines that this process could not write'),
  }
}
