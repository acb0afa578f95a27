import { availableParallelism } from 'node:os'
import type { HashBackend } from '@montana/native'
import { measureClock, measureVerification } from '@montana/timechain'

/** Steps per second: the median of the rounds, and how far they lie apart. */
export interface Rate {
  readonly stepsPerSecond: number
  readonly slowest: number
  readonly fastest: number
}

export interface Calibration {
  readonly backend: string
  readonly cores: number
  readonly rounds: number
  readonly chain: Rate
  /** One core, then all of them where there are more. */
  readonly verification: readonly (Rate & { readonly threads: number })[]
}

export interface CalibrateInit {
  /** About how long it takes in all. */
  readonly seconds: number
  readonly onRun: (line: string) => void
  readonly signal: AbortSignal
}

/** Odd, so that the median is one of them; a disturbance of one round does not count. */
const ROUNDS = 3

/** Takes turns, so that chain and verification meet the same load and clock frequency. Rejects with AbortError. */
export async function calibrate(backend: HashBackend, init: CalibrateInit): Promise<Calibration> {
  const { seconds, onRun, signal } = init
  const cores = availableParallelism()
  const threadCounts = cores > 1 ? [1, cores] : [1]
  const run = { ms: (seconds * 1000) / (ROUNDS * (1 + threadCounts.length)), signal }
  const chain: number[] = []
  const verification = threadCounts.map((): number[] => [])
  for (let round = 1; round <= ROUNDS; round++) {
    onRun(`round ${round} of ${ROUNDS}: one chain`)
    chain.push(await measureClock(backend, run))
    for (const [i, threads] of threadCounts.entries()) {
      onRun(`round ${round} of ${ROUNDS}: verification, ${threads} thread${threads === 1 ? '' : 's'}`)
      verification[i]?.push(await measureVerification(backend, { ...run, threads }))
    }
  }
  return {
    backend: backend.name,
    cores,
    rounds: ROUNDS,
    chain: rateOf(chain),
    verification: threadCounts.map((threads, i) => ({ threads, ...rateOf(verification[i] ?? []) })),
  }
}

function rateOf(rates: readonly number[]): Rate {
  const sorted = [...rates].sort((a, b) => a - b).map(Math.round)
  return {
    stepsPerSecond: sorted[sorted.length >> 1] ?? 0,
    slowest: sorted[0] ?? 0,
    fastest: sorted.at(-1) ?? 0,
  }
}
