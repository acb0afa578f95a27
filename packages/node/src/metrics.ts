import type { Counter, Gauge, Histogram, MetricInit, MetricsRegistry } from '@montana/foundation'
import { Counter as PromCounter, Gauge as PromGauge, Histogram as PromHistogram, Registry } from 'prom-client'

/** The project's metrics interface over prom-client; labels that a caller leaves out do not exist. */
export function createMetricsRegistry(): MetricsRegistry & { readonly registry: Registry } {
  const registry = new Registry()
  const options = <L extends string>({ name, help, labels }: MetricInit<L>) => {
    return { name, help, labelNames: [...(labels ?? [])], registers: [registry] }
  }
  return {
    registry,
    counter<L extends string>(init: MetricInit<L>): Counter<L> {
      const counter = new PromCounter<L>(options(init))
      return { inc: (labels, value = 1) => counter.inc(labels, value) }
    },
    gauge<L extends string>(init: MetricInit<L>): Gauge<L> {
      const gauge = new PromGauge<L>(options(init))
      return { set: (labels, value) => gauge.set(labels, value) }
    },
    histogram<L extends string>(init: MetricInit<L> & { buckets: readonly number[] }): Histogram<L> {
      const histogram = new PromHistogram<L>({ ...options(init), buckets: [...init.buckets] })
      return { observe: (labels, value) => histogram.observe(labels, value) }
    },
  }
}

export type NodeMetricsRegistry = ReturnType<typeof createMetricsRegistry>

/** Every metric of the node itself; units are in the names. */
export function createNodeMetrics(registry: MetricsRegistry) {
  const none = {} as Record<never, string>
  const gauge = (name: string, help: string) => {
    const metric = registry.gauge({ name, help })
    return (value: number | null) => value !== null && metric.set(none, value)
  }
  const commit = registry.histogram({
    name: 'montana_commit_seconds',
    help: 'Time of the transaction that makes one window durable',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5],
  })
  const windows = registry.counter({ name: 'montana_windows_applied_total', help: 'Windows applied by this process' })
  const mended = registry.counter({
    name: 'montana_store_mended_total',
    help: 'Damaged parts of the store that came back from peers.',
  })
  const caughtUp = registry.counter({
    name: 'montana_catch_up_windows_total',
    help: 'Windows applied while this node caught up',
  })
  const refused = registry.counter({
    name: 'montana_store_writes_refused_total',
    help: 'Attempts to write to the store that a full disk refused',
  })
  return {
    caughtUp: (windows: number) => caughtUp.inc(none, windows),
    mended: (parts: number) => mended.inc(none, parts),
    catchUpRate: gauge('montana_catch_up_windows_per_second', 'Windows applied per second while catching up, else 0'),
    catchUpLeft: gauge('montana_catch_up_left_windows', 'Windows that are missing while catching up, else 0'),
    catchUpBytes: gauge('montana_catch_up_fetched_bytes', 'Bytes that this process has fetched to catch up'),
    catchUpTwice: gauge('montana_catch_up_twice_bytes', 'Of these, bytes that had come before or could not be used'),
    head: gauge('montana_head_window', 'Highest cemented window that this node has applied'),
    target: gauge('montana_target_window', 'Highest window that a peer claims'),
    difficulty: gauge('montana_difficulty_steps', 'Sequential steps of the next window, D'),
    clockRate: gauge('montana_clock_steps_per_second', 'Measured rate of the own clock'),
    residentMemory: gauge('montana_resident_memory_bytes', 'Resident set size of this process'),
    loopDelay: gauge('montana_event_loop_delay_p99_seconds', 'p99 by which timers came late, over the last minute'),
    diskFull: gauge('montana_disk_full', '1 while writes to the store wait for space on the disk'),
    logLinesLost: gauge('montana_log_lines_lost', 'Log lines that this process could not write'),
    openFiles: gauge('montana_open_files', 'Open file descriptors of this process'),
    synced: gauge('montana_synced', '1 when this node follows the head of its peers'),
    commit: (seconds: number) => commit.observe(none, seconds),
    writeRefused: () => refused.inc(none),
    windowApplied: () => windows.inc(none),
    messages: registry.counter({
      name: 'montana_ledger_messages_total',
      help: 'Messages of the ledger by what became of them',
      labels: ['kind', 'outcome'] as const,
    }),
    rejections: registry.counter({
      name: 'montana_envelopes_rejected_total',
      help: 'Envelopes refused by the first check that failed',
      labels: ['code'] as const,
    }),
    proofs: registry.counter({
      name: 'montana_clock_proofs_total',
      help: 'Proofs of clock values that this node asked for, by purpose and verdict',
      labels: ['purpose', 'verdict'] as const,
    }),
    snapshotAnchors: gauge('montana_snapshot_anchors', 'Frozen states that this node serves'),
    snapshotBytes: gauge('montana_snapshot_bytes_served', 'Bytes of frozen states that this process has served'),
    snapshotRows: gauge('montana_snapshot_frozen_rows', 'Rows that the store keeps for frozen states alone'),
    members: gauge('montana_members', 'Nodes in the node table'),
    candidates: gauge('montana_candidates', 'Candidates in the pool'),
    voteRound: gauge('montana_vote_round', 'Round of the vote on the open window, 0 before it began'),
    incidents: registry.counter({
      name: 'montana_incidents_total',
      help: 'Messages of peers that were refused, by code; a duplicate or a stale one is the fault of nobody',
      labels: ['code'] as const,
    }),
    findings: registry.counter({
      name: 'montana_findings_total',
      help: 'Findings that this node raised about its peers or itself',
      labels: ['code'] as const,
    }),
  }
}

export type NodeMetrics = ReturnType<typeof createNodeMetrics>
