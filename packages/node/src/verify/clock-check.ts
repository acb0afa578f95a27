import { toHex } from '@montana/foundation'
import { isValidD } from '@montana/timechain'
import {
  BATCH_MAX_WINDOWS,
  BATCH_MIN_WINDOWS,
  BATCH_STEPS,
  CLOCK_MEMORY_ENTRIES,
  SAMPLE_SEGMENTS,
} from './constants.js'
import type { ClockSegment, VerifyModules } from './types.js'

type ClockModules = Pick<VerifyModules, 'verifySegments' | 'policy' | 'random' | 'signal'> & {
  /** A batch is done; it may be minutes after the last window was walked. */
  onBatch(): void
}

interface Entry {
  /** Until it is computed. */
  segment: ClockSegment | undefined
  /** `undefined` while it waits, and for a value that the policy leaves out. */
  verdict: boolean | undefined
  readonly isSampled: boolean
  readonly waiting: ((isCorrect: boolean) => void)[]
}

/**
 * Recomputes clock values in batches while the walk goes on. A value asked for by several nodes is computed once.
 * At most one batch runs and one fills, so what waits is bounded whatever the length of the chain.
 */
export class ClockCheck {
  readonly #modules: ClockModules
  readonly #entries = new Map<string, Entry>()
  #queue: Entry[] = []
  #queuedSteps = 0
  #running: Promise<void> = Promise.resolve()
  #runningSize = 0

  constructor(modules: ClockModules) {
    this.#modules = modules
  }

  get pending(): number {
    return this.#queue.length + this.#runningSize
  }

  /** Resolves when there is room for more; `done` is told the verdict then or later, and never when left out by policy. */
  async check(segment: ClockSegment, done: (isCorrect: boolean) => void): Promise<void> {
    if (!isValidD(segment.steps)) return done(false)
    const entry = this.#entryOf(segment)
    if (!entry.isSampled) return
    if (entry.verdict !== undefined) return done(entry.verdict)
    entry.waiting.push(done)
    const { length } = this.#queue
    const isFull = length >= BATCH_MIN_WINDOWS && this.#queuedSteps >= BATCH_STEPS
    if (isFull || length >= BATCH_MAX_WINDOWS) await this.#flush()
  }

  /** Resolves when every verdict was told. */
  async drain(): Promise<void> {
    await this.#flush()
    await this.#running
  }

  #entryOf(segment: ClockSegment): Entry {
    const key = `${toHex(segment.start)}${toHex(segment.end)}${segment.steps}`
    const known = this.#entries.get(key)
    if (known) return known
    const { start, end, steps } = segment
    // Copies: the values are views into envelopes, which must not be kept for them.
    const own = { start: start.slice(), end: end.slice(), steps }
    const entry: Entry = { segment: own, verdict: undefined, isSampled: this.#isSampled(), waiting: [] }
    this.#entries.set(key, entry)
    this.#forgetOldest()
    if (entry.isSampled) {
      this.#queue.push(entry)
      this.#queuedSteps += segment.steps
    }
    return entry
  }

  #isSampled(): boolean {
    const { policy, random } = this.#modules
    if (policy.kind === 'full') return true
    return policy.kind === 'sample' && random.next() < policy.segments / SAMPLE_SEGMENTS
  }

  #forgetOldest(): void {
    if (this.#entries.size <= CLOCK_MEMORY_ENTRIES) return
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }

  async #flush(): Promise<void> {
    await this.#running
    const batch = this.#queue
    if (batch.length === 0) return
    this.#queue = []
    this.#queuedSteps = 0
    this.#runningSize = batch.length
    this.#running = this.#run(batch)
    // Whoever waits for it next is told; until then the rejection must not count as unhandled.
    this.#running.catch(() => {})
  }

  async #run(batch: readonly Entry[]): Promise<void> {
    const segments = batch.flatMap(({ segment }) => segment ?? [])
    const verdicts = await this.#modules.verifySegments(segments, this.#modules.signal)
    this.#runningSize = 0
    for (const [index, entry] of batch.entries()) {
      entry.segment = undefined
      entry.verdict = verdicts[index] === true
      for (const done of entry.waiting.splice(0)) done(entry.verdict)
    }
    this.#modules.onBatch()
  }
}
