import type { Counter, MetricsRegistry } from '@montana/foundation'

const none = {} as Record<never, string>

/** A gauge without labels. Null is not measured, and keeps what was shown before. */
export function gauge(registry: MetricsRegistry, name: string, help: string) {
  const metric = registry.gauge({ name, help })
  return (value: number | null) => value !== null && metric.set(none, value)
}

/** A counter without labels. */
export function counter(registry: MetricsRegistry, name: string, help: string) {
  const metric = registry.counter({ name, help })
  return (value = 1) => metric.inc(none, value)
}

/** A counter that is brought up to a total which is kept elsewhere, and never goes down. */
export function following<L extends string>(metric: Counter<L>) {
  const shown = new Map<string, number>()
  return (labels: Record<L, string>, total: number) => {
    const key = JSON.stringify(labels)
    const more = total - (shown.get(key) ?? 0)
    if (more > 0 || !shown.has(key)) metric.inc(labels, Math.max(0, more))
    shown.set(key, Math.max(total, shown.get(key) ?? 0))
  }
}

/** A label with one value at a time: that one is 1, those that held before are 0. */
export function one<L extends string>(metric: { set(labels: Record<L, string>, value: number): void }) {
  const seen = new Map<string, Record<L, string>>()
  return (labels: Record<L, string> | undefined) => {
    for (const before of seen.values()) metric.set(before, 0)
    if (labels === undefined) return
    seen.set(JSON.stringify(labels), labels)
    metric.set(labels, 1)
  }
}

/** Several values of a label at a time: those that hold are 1, those that held before are 0. */
export function several<L extends string>(metric: { set(labels: Record<L, string>, value: number): void }, label: L) {
  const seen = new Set<string>()
  return (values: readonly string[]) => {
    for (const before of seen) metric.set({ [label]: before } as Record<L, string>, 0)
    for (const value of values) metric.set({ [label]: value } as Record<L, string>, 1)
    for (const value of values) seen.add(value)
  }
}
