import { concatBytes } from '@montana/foundation'
import type { HashBackend } from '@montana/native'
import { MAX_D, VALUE_BYTES } from './constants.js'

export interface MeasureInit {
  /** About how long to hash, milliseconds. */
  ms: number
  signal?: AbortSignal
}

interface Piece {
  readonly steps: number
  readonly elapsedMs: number
}

/** What any backend does in some ten milliseconds: enough to guess from, not enough to count. */
const TRIAL_STEPS = 20_000

/** Steps per second of one chain on the clock's thread. Rejects with AbortError. */
export async function measureClock(backend: HashBackend, { ms, signal }: MeasureInit): Promise<number> {
  const seed = new Uint8Array(VALUE_BYTES)
  return await rate(ms, async (steps) => {
    const run = backend.startClock({ seed, steps, ...(signal && { signal }) })
    return { steps, elapsedMs: (await run.result).elapsedMs }
  })
}

/** Steps per second of all chains together, with every lane of `threads` threads filled. Rejects with AbortError. */
export async function measureVerification(
  backend: HashBackend,
  { ms, signal, threads }: MeasureInit & { threads: number },
): Promise<number> {
  const count = Math.max(...backend.lanes) * threads
  const starts = concatBytes(...Array.from({ length: count }, (_, i) => new Uint8Array(VALUE_BYTES).fill(i)))
  return await rate(ms, async (total) => {
    const each = Math.max(1, Math.round(total / count))
    const steps = new Array<number>(count).fill(each)
    const begin = performance.now()
    await backend.advanceChains({ starts, steps, threads, ...(signal && { signal }) })
    return { steps: each * count, elapsedMs: performance.now() - begin }
  })
}

/** A guess, a tenth of the time to warm up on it, then one run of the rest of the time that counts. */
async function rate(ms: number, run: (steps: number) => Promise<Piece>): Promise<number> {
  const guess = perSecond(await run(TRIAL_STEPS))
  const warm = perSecond(await run(stepsFor(guess, ms / 10)))
  return perSecond(await run(stepsFor(warm, (ms * 9) / 10)))
}

function stepsFor(stepsPerSecond: number, ms: number): number {
  return Math.min(MAX_D, Math.max(1, Math.round((stepsPerSecond * ms) / 1000)))
}

function perSecond({ steps, elapsedMs }: Piece): number {
  return (steps * 1000) / Math.max(elapsedMs, 0.001)
}
