import type { BenchNative } from '@montana/bench-peers'
import type { Row } from '../bench.js'
import type { PhysicalBound } from '../bounds/bound.js'
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

const MILLION = 1e6

/** The bound as every bench states its own. */
export function physicalBounds(measured: readonly Row[], bound: Bound | null): PhysicalBound[] {
  const chain = measured.find(({ name }) => name === 'native chain')?.stepsPerSecond
  if (!bound || chain === undefined) return []
  const how = '32 dependent sha256rnds2, four cycles each, timed in the same rounds'
  const unit = 'M steps/s'
  const value = bound.stepsPerSecond / MILLION
  return [{ name: 'latency of one chain on this core', value, unit, measured: chain / MILLION, how }]
}
