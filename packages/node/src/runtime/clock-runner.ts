import { AbortError, isAbort, type TimeSource } from '@montana/foundation'
import type { Tick, Timechain } from '@montana/timechain'

/** Without a finished window or progress for this long the clock counts as stuck. */
const STUCK_AFTER_MS = 900_000

export interface ClockReading {
  readonly stepsPerSecond: number | null
  readonly windowSeconds: number | null
}

/** Runs the one grind that the engine wants: a new request ends the one before. */
export class ClockRunner {
  readonly #timechain: Timechain
  readonly #time: TimeSource
  #current: AbortController | undefined
  #startedAtMs = 0
  #reading: ClockReading = { stepsPerSecond: null, windowSeconds: null }

  constructor(timechain: Timechain, time: TimeSource) {
    this.#timechain = timechain
    this.#time = time
  }

  get reading(): ClockReading {
    return this.#reading
  }

  get isStuck(): boolean {
    return this.#current !== undefined && this.#time.monotonicMs() - this.#startedAtMs > STUCK_AFTER_MS
  }

  grind(
    init: { window: number; previous: Uint8Array; d: number },
    done: (tick: Tick) => void,
    fail: (e: unknown) => void,
  ) {
    this.stop()
    const controller = new AbortController()
    this.#current = controller
    this.#startedAtMs = this.#time.monotonicMs()
    const finish = (tick: Tick) => {
      if (this.#current !== controller) return
      this.#current = undefined
      this.#reading = { stepsPerSecond: Math.round(tick.stepsPerSecond), windowSeconds: tick.elapsedMs / 1000 }
      done(tick)
    }
    const reject = (error: unknown) => {
      if (!isAbort(error) && !controller.signal.aborted) fail(error)
    }
    this.#timechain.grind({ ...init, signal: controller.signal }).then(finish, reject)
  }

  stop(): void {
    this.#current?.abort(new AbortError('superseded'))
    this.#current = undefined
  }
}
