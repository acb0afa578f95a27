import type { MetricsRegistry } from '@montana/foundation'
import { counter, following, gauge } from './kinds.js'

/** Catching up, and what is served to those who do. */
export function createSyncMetrics(registry: MetricsRegistry) {
  return {
    caughtUp: counter(registry, 'montana_replay_windows_total', 'Windows applied while this node caught up'),
    catchUpRate: gauge(
      registry,
      'montana_catch_up_windows_per_second',
      'Windows applied per second while catching up, else 0',
    ),
    catchUpLeft: gauge(registry, 'montana_catch_up_left_windows', 'Windows that are missing while catching up, else 0'),
    syncProgress: registry.gauge({
      name: 'montana_sync_progress_ratio',
      help: 'How much of the gap is closed, by the way that is taken; 1 while there is none',
      labels: ['mode'] as const,
    }),
    syncBytes: following(
      registry.counter({
        name: 'montana_sync_bytes_total',
        help: 'Bytes fetched to catch up: used, or twice for those that had come before or could not be used',
        labels: ['mode', 'result'] as const,
      }),
    ),
    snapshotAnchors: gauge(registry, 'montana_snapshot_anchors', 'Frozen states that this node serves'),
    snapshotBytes: gauge(
      registry,
      'montana_snapshot_bytes_served',
      'Bytes of frozen states that this process has served',
    ),
    snapshotRows: gauge(registry, 'montana_snapshot_frozen_rows', 'Rows that the store keeps for frozen states alone'),
  }
}
