import type { Counter, Gauge, Histogram, MetricInit, MetricsRegistry } from '@montana/foundation'
import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client'
import { createClockMetrics } from './metrics/clock.js'
import { createHostMetrics } from './metrics/host.js'
import { createLedgerMetrics } from './metrics/ledger.js'
import { createStoreMetrics } from './metrics/store.js'
import { createSyncMetrics } from './metrics/sync.js'

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

/** What prom-client knows of any process and its event loop: `process_…`, `nodejs_…`. */
export function collectProcessMetrics({ registry }: NodeMetricsRegistry): void {
  collectDefaultMetrics({ register: registry })
}

/** Every metric of the node itself; units are in the names. Spec operations 14. */
export function createNodeMetrics(registry: MetricsRegistry) {
  return {
    ...createLedgerMetrics(registry),
    ...createClockMetrics(registry),
    ...createStoreMetrics(registry),
    ...createSyncMetrics(registry),
    ...createHostMetrics(registry),
  }
}

export type NodeMetrics = ReturnType<typeof createNodeMetrics>
