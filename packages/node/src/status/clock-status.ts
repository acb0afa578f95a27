import { assessSpeed, isValidD } from '@montana/timechain'
import type { ClockReading } from '../runtime/clock-runner.js'
import type { ProofCounters } from '../runtime/prover.js'
import type { NodeRecord } from './node-record.js'
import type { NodeStatus } from './schema.js'

/** Windows over which the period of the network is taken; a few, so that a pause is forgotten soon. */
const PERIOD_WINDOWS = 8

export interface ClockFacts {
  readonly backendName: string
  readonly reading: ClockReading
  readonly d: number
  readonly record: NodeRecord
  readonly proofs: ProofCounters
}

/** What a node says about its clock, and about how it knows the values of others. */
export function clockStatus({ backendName, reading, d, record, proofs }: ClockFacts): NodeStatus['clock'] {
  const { last, ...values } = record.sources
  const { load, note } = paceOf(reading, d, periodSeconds(record))
  return {
    backend: backendName,
    steps_per_second: reading.stepsPerSecond,
    window_s: reading.windowSeconds,
    source: last,
    values,
    proofs: { ...proofs },
    load,
    note: load !== null && load > 1 ? `${note}; ${following(last)}` : note,
  }
}

function paceOf({ stepsPerSecond }: ClockReading, d: number, period: number | undefined) {
  if (stepsPerSecond === null || period === undefined || !isValidD(d)) return { load: null, note: 'not measured yet' }
  const { factor, sentence } = assessSpeed(stepsPerSecond, d, period)
  return { load: Math.round(factor * 1000) / 1000, note: sentence }
}

function following(source: string | null): string {
  if (source === 'proof') return 'following by verifying proofs'
  return source === 'audit' ? 'following the quorum, proofs audited' : 'following the quorum'
}

/** Median time between the windows applied last, seconds. */
function periodSeconds({ recent }: NodeRecord): number | undefined {
  const times = recent.slice(-PERIOD_WINDOWS - 1).map(({ at }) => Date.parse(at))
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time))
  const median = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)]
  return median === undefined || median <= 0 ? undefined : median / 1000
}
