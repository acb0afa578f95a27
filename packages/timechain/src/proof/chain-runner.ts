import { concatBytes, sleep, type TimeSource } from '@montana/foundation'
import type { HashBackend } from '@montana/native'
import { MAX_D } from '../constants.js'
import { valueAt } from './values.js'

export interface Chain {
  /** 32 bytes. */
  readonly start: Uint8Array
  /** A safe integer; with 0 the chain is where it should be. */
  readonly steps: number
}

export interface ChainRunInit {
  /** Share of the time in (0, 1] that may be spent hashing; asked again after each slice. Default: all of it. */
  maxShare?: () => number
  /** Steps done since the last call, at most about 100 ms apart while hashing. */
  onSteps?: (steps: number) => void
  signal?: AbortSignal
}

export interface ChainRunnerModules {
  backend: HashBackend
  time: TimeSource
  /** Threads of the next slice. */
  threads: () => number
}

interface Running {
  value: Uint8Array
  remaining: number
}

/** One native call lasts about this long: progress and a changed budget are seen in time, its cost of some 0.1 ms is not. */
const SLICE_MS = 80
/** Before the first measurement: what the slowest backend does. */
const FIRST_STEPS_PER_MS = 1000
/** A first slice is too short to be trusted fully. */
const MAX_GROWTH = 8
/** A pause is cut so that a raised budget ends it soon. */
const PAUSE_SLICE_MS = 50
/** Short chains are taken together until a call is worth it. */
const MIN_GROUP_STEPS = 2 ** 20

/**
 * Hashes many chains at once in native lanes, slice by slice. Runs that overlap take turns, so that all together stay
 * within one budget of threads.
 */
export class ChainRunner {
  readonly #modules: ChainRunnerModules
  #stepsPerMs = FIRST_STEPS_PER_MS
  #lastTurn: Promise<unknown> = Promise.resolve()

  constructor(modules: ChainRunnerModules) {
    this.#modules = modules
  }

  /** Cuts a list, in order, into what is best run together: every lane of every thread filled, and no tiny calls. */
  *groups<T extends Chain>(chains: readonly T[]): Generator<T[]> {
    let group: T[] = []
    let steps = 0
    for (const chain of chains) {
      group.push(chain)
      steps += chain.steps
      if (group.length < this.#width() || steps < MIN_GROUP_STEPS) continue
      yield group
      group = []
      steps = 0
    }
    if (group.length > 0) yield group
  }

  /** Where each chain arrives. Rejects with AbortError within milliseconds of an abort. */
  async run(chains: readonly Chain[], init: ChainRunInit = {}): Promise<Uint8Array[]> {
    const all = chains.map(({ start, steps }) => ({ value: start, remaining: steps }))
    for (let active = unfinished(all); active.length > 0; active = unfinished(active)) {
      const elapsedMs = await this.#inTurn(() => this.#advance(active, init))
      await pause(elapsedMs, init)
    }
    return all.map(({ value }) => value)
  }

  #width(): number {
    const { backend, threads } = this.#modules
    return Math.max(...backend.lanes) * threads()
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#lastTurn.then(work)
    this.#lastTurn = mine.catch(() => {})
    return await mine
  }

  async #advance(active: Running[], { signal, onSteps }: ChainRunInit): Promise<number> {
    const { backend, time, threads } = this.#modules
    const most = Math.min(MAX_D, Math.max(1, Math.floor((this.#stepsPerMs * SLICE_MS) / active.length)))
    const steps = active.map(({ remaining }) => Math.min(remaining, most))
    const starts = concatBytes(...active.map(({ value }) => value))
    const begin = time.monotonicMs()
    const arrived = await backend.advanceChains({ starts, steps, threads: threads(), ...(signal && { signal }) })
    const elapsedMs = time.monotonicMs() - begin
    for (const [i, running] of active.entries()) {
      running.value = valueAt(arrived, i)
      running.remaining -= steps[i] ?? 0
    }
    const sum = steps.reduce((total, each) => total + each, 0)
    this.#learn(sum, elapsedMs)
    onSteps?.(sum)
    return elapsedMs
  }

  #learn(steps: number, elapsedMs: number): void {
    const measured = steps / Math.max(elapsedMs, Number.MIN_VALUE)
    this.#stepsPerMs = Math.min(measured, this.#stepsPerMs * MAX_GROWTH)
  }
}

function unfinished(all: readonly Running[]): Running[] {
  return all.filter(({ remaining }) => remaining > 0)
}

/** Rests until the work of `elapsedMs` is no more than its share of the time. */
async function pause(elapsedMs: number, { maxShare = () => 1, signal }: ChainRunInit): Promise<void> {
  let rested = 0
  for (;;) {
    const rest = elapsedMs * (1 / maxShare() - 1) - rested
    if (rest <= 0) return
    const slice = Math.min(rest, PAUSE_SLICE_MS)
    await sleep(slice, signal)
    rested += slice
  }
}
