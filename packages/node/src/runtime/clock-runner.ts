import { AbortError, isAbort, sleep, type TimeSource } from '@montana/foundation'
import type { Tick, Timechain } from '@montana/timechain'

/** Without a finished window or progress for this long the clock counts as stuck. */
const STUCK_AFTER_MS = 900_000

export interface ClockReading {
  readonly stepsPerSecond: number | null
  readonly windowSeconds: number | null
}

export interface ClockRunnerModules {
  readonly timechain: Timechain
  readonly time: TimeSource
  /** No window is ready sooner than this after its start, ms: a host that is slower than it is. For drills. */
  readonly floorMs: number
  /** What was measured before the first window: a clock that is always overtaken never measures itself. */
  readonly measured?: ClockReading | undefined
}

export interface GrindRequest {
  readonly window: number
  readonly previous: Uint8Array
  readonly d: number
}

/** Runs the one grind that the engine wants: a new request ends the one before. */
export class ClockRunner {
  readonly #modules: ClockRunnerModules
  #current: AbortController | undefined
  #startedAtMs = 0
  #advances = 0
  #steps = 0
  #isWaiting = false
  #reading: ClockReading = { stepsPerSecond: null, windowSeconds: null }

  constructor(modules: ClockRunnerModules) {
    this.#modules = modules
    if (modules.measured) this.#reading = modules.measured
  }

  get reading(): ClockReading {
    return this.#reading
  }

  get isIdle(): boolean {
    return this.#current === undefined
  }

  /** No thread is wanted: nothing to grind, or a drill holds back what is ground. */
  get isAtRest(): boolean {
    return this.isIdle || this.#isWaiting
  }

  /** How often the thread was seen to go on, in this process. */
  get advances(): number {
    return this.#advances
  }

  /** Steps of the windows that were ground to their end. */
  get steps(): number {
    return this.#steps
  }

  /** Age of the grind in progress, ms; counts from the latest one where there is none. */
  get ageMs(): number {
    return this.#modules.time.monotonicMs() - this.#startedAtMs
  }

  get isStuck(): boolean {
    return !this.isIdle && this.ageMs > STUCK_AFTER_MS
  }

  /** What the window in progress still needs, judged by the last one; undefined before the first and when idle. */
  get remainingMs(): number | undefined {
    const { windowSeconds } = this.#reading
    if (this.isIdle || windowSeconds === null) return undefined
    return Math.max(0, windowSeconds * 1000 - (this.#modules.time.monotonicMs() - this.#startedAtMs))
  }

  grind(request: GrindRequest, done: (tick: Tick) => void, fail: (error: unknown) => void): void {
    this.stop()
    const controller = new AbortController()
    this.#current = controller
    this.#isWaiting = false
    this.#startedAtMs = this.#modules.time.monotonicMs()
    const finish = (tick: Tick) => {
      if (this.#current !== controller) return
      this.#current = undefined
      this.#note(tick)
      done(tick)
    }
    const reject = (error: unknown) => {
      if (!isAbort(error) && !controller.signal.aborted) fail(error)
    }
    this.#run(request, controller.signal).then(finish, reject)
  }

  stop(): void {
    this.#current?.abort(new AbortError('superseded'))
    this.#current = undefined
  }

  async #run(request: GrindRequest, signal: AbortSignal): Promise<Tick> {
    const { timechain, time, floorMs } = this.#modules
    const onProgress = () => {
      this.#advances++
    }
    const tick = await timechain.grind({ ...request, onProgress, signal })
    onProgress()
    this.#steps += tick.d
    const left = this.#startedAtMs + floorMs - time.monotonicMs()
    // A grind that was superseded says nothing about the one that took its place.
    if (left > 0 && !signal.aborted) this.#isWaiting = true
    if (left > 0) await sleep(left, signal)
    return tick
  }

  #note({ d }: Tick): void {
    const elapsedMs = Math.max(this.#modules.time.monotonicMs() - this.#startedAtMs, Number.MIN_VALUE)
    this.#reading = { stepsPerSecond: Math.round((d * 1000) / elapsedMs), windowSeconds: elapsedMs / 1000 }
  }
}
