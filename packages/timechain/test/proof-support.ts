import { createHash } from 'node:crypto'
import { concatBytes } from '@montana/foundation'
import { type HashBackend, loadBackend } from '@montana/native'
import { type ProofClaim, totalBoundaries } from '../src/index.js'

export const backends: readonly HashBackend[] = [loadBackend().backend, loadBackend({ force: 'typescript' }).backend]

/** A plain loop, independent of every backend. */
export function hashTimes(start: Uint8Array, steps: number): Uint8Array {
  let value = start
  for (let step = 0; step < steps; step++) value = new Uint8Array(createHash('sha256').update(value).digest())
  return value
}

/** The true claim of k segments, by the plain loop. */
export function trueClaim(start: Uint8Array, steps: number, k: number): ProofClaim {
  const ends = totalBoundaries(steps, k)
  const values: Uint8Array[] = []
  let value = start
  for (let i = 1; i <= k; i++) {
    value = hashTimes(value, (ends[i] ?? 0) - (ends[i - 1] ?? 0))
    values.push(value)
  }
  return { start, end: value, steps, values: concatBytes(...values.slice(0, -1)) }
}

/** Records how much is hashed and when. */
export function counting(backend: HashBackend): HashBackend & { steps: number; calls: number[] } {
  const counted = {
    ...backend,
    steps: 0,
    calls: [] as number[],
    advanceChains(init: Parameters<HashBackend['advanceChains']>[0]) {
      counted.steps += init.steps.reduce((sum, steps) => sum + steps, 0)
      counted.calls.push(init.threads ?? 0)
      return backend.advanceChains(init)
    },
  }
  return counted
}
