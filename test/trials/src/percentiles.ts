export interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Nearest rank; nulls would claim something about nothing, so an empty list is refused. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('no values')
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0)
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
