import type { Gap } from '../check/gaps.js'
import type { Recovery } from '../check/recoveries.js'

/** Times of one sort of recovery, ms. */
export interface Times {
  readonly count: number
  readonly p50_ms: number | null
  readonly p99_ms: number | null
  readonly max_ms: number | null
}

/** Gaps, in windows. */
export interface Gaps {
  readonly count: number
  readonly p50: number | null
  readonly p99: number | null
  readonly max: number | null
}

export function timesOf(recoveries: readonly Recovery[]): Times {
  const { count, p50, p99, max } = spreadOf(recoveries.flatMap(({ ms }) => (ms === undefined ? [] : [Math.round(ms)])))
  return { count, p50_ms: p50, p99_ms: p99, max_ms: max }
}

/** In hundredths of a window: reads that are 200 ms apart tell no more. */
export function gapsOf(gaps: readonly Gap[]): Gaps {
  return spreadOf(gaps.map(({ windows }) => Math.round(windows * 100) / 100))
}

function spreadOf(values: readonly number[]): Gaps {
  const ascending = [...values].sort((a, b) => a - b)
  const at = (share: number) => ascending[Math.ceil(share * ascending.length) - 1] ?? null
  return { count: ascending.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}
