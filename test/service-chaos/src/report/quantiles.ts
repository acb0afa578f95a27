/** Nearest rank, ms; null where there is nothing. */
export interface Quantiles {
  readonly p50_ms: number | null
  readonly p90_ms: number | null
  readonly p99_ms: number | null
  readonly max_ms: number | null
}

export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (percent: number) => sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? null
  return { p50_ms: at(50), p90_ms: at(90), p99_ms: at(99), max_ms: at(100) }
}
