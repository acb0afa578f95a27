export interface Counter<L extends string = string> {
  inc(labels: Record<L, string>, value?: number): void
}
export interface Gauge<L extends string = string> {
  set(labels: Record<L, string>, value: number): void
}
export interface Histogram<L extends string = string> {
  observe(labels: Record<L, string>, value: number): void
}

export interface MetricInit<L extends string> {
  name: string
  help: string
  labels?: readonly L[]
}

/** What a package needs to register its metrics; the node hands in one over prom-client. */
export interface MetricsRegistry {
  counter<L extends string = never>(init: MetricInit<L>): Counter<L>
  gauge<L extends string = never>(init: MetricInit<L>): Gauge<L>
  histogram<L extends string = never>(init: MetricInit<L> & { buckets: readonly number[] }): Histogram<L>
}

export const noMetrics: MetricsRegistry = {
  counter: () => ({ inc: () => {} }),
  gauge: () => ({ set: () => {} }),
  histogram: () => ({ observe: () => {} }),
}
