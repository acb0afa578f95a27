import type { Row } from '../bench.js'
import type { BenchNative } from '../bench-native.js'
import type { Contender } from '../measure.js'

export const BOUND = 'latency bound'
const REPEATS = 1_000_000

/** What no single chain on this CPU can exceed. */
export interface Bound {
  stepsPerSecond: number
  nsPerStep: number
  /** The chain's share of the bound. */
  reached: number
}

/** Takes part in the interleaved rounds, so that chain and bound see the same clock frequency. */
export function boundContender(native: BenchNative): Contender {
  const run = () => Promise.resolve(((native.dependentRoundsNs(REPEATS) ?? Number.POSITIVE_INFINITY) * REPEATS) / 1e6)
  return { name: BOUND, steps: REPEATS, run }
}

export function boundOf(measured: readonly Row[]): Bound | null {
  const rateOf = (wanted: string) => measured.find(({ name }) => name === wanted)?.stepsPerSecond ?? 0
  const stepsPerSecond = rateOf(BOUND)
  if (stepsPerSecond === 0) return null
  return { stepsPerSecond, nsPerStep: 1e9 / stepsPerSecond, reached: rateOf('native chain') / stepsPerSecond }
}
