import { formatTime, type TimeSource } from '@montana/foundation'
import { ALARM_FAILURES } from './constants.js'
import type { BreathError } from './errors.js'

export type Half = 'inhale' | 'exhale'

/** What `getStats` says; the names with underscores are the seeds'. Spec three-mirror 12.5. */
export interface BreathStats {
  readonly repo_path: string
  readonly interval_sec: number
  readonly is_running: boolean
  readonly stopRequested: boolean
  readonly inhaleTotal: number
  readonly inhaleFailed: number
  readonly exhaleTotal: number
  readonly exhaleFailed: number
  /** RFC 3339; of the last success. */
  readonly lastInhaleAt: string | null
  readonly lastExhaleAt: string | null
  readonly lastError: { readonly code: string; readonly message: string; readonly at: string } | null
  /** How long the oldest unpublished state has been waiting; 0 when all is published. */
  readonly unpushedAgeMs: number
  /** Fields that two hosts wrote without knowing of each other; the losers are in the history. */
  readonly conflicts: number
  /** Highest own write that is known to be on the hub, or without one on a peer. */
  readonly acknowledged: string | null
  readonly failedCycles: number
}

/** Counts both halves of the cycle, and says when two cycles in a row have failed. */
export class BreathCounters {
  readonly #time: TimeSource
  readonly #total = { inhale: 0, exhale: 0 }
  readonly #failed = { inhale: 0, exhale: 0 }
  readonly #lastAt: Record<Half, string | null> = { inhale: null, exhale: null }
  #lastError: BreathStats['lastError'] = null
  #failedCycles = 0

  constructor(time: TimeSource) {
    this.#time = time
  }

  succeed(half: Half): void {
    this.#total[half]++
    this.#lastAt[half] = formatTime(this.#time.wallMs())
  }

  fail(half: Half, { code, message }: BreathError): void {
    this.#total[half]++
    this.#failed[half]++
    this.#lastError = { code, message, at: formatTime(this.#time.wallMs()) }
  }

  /** True exactly when the alarm is due: at the second failed cycle, not at each one after it. */
  endCycle(isGood: boolean): boolean {
    this.#failedCycles = isGood ? 0 : this.#failedCycles + 1
    return this.#failedCycles === ALARM_FAILURES
  }

  describe() {
    return {
      inhaleTotal: this.#total.inhale,
      inhaleFailed: this.#failed.inhale,
      exhaleTotal: this.#total.exhale,
      exhaleFailed: this.#failed.exhale,
      lastInhaleAt: this.#lastAt.inhale,
      lastExhaleAt: this.#lastAt.exhale,
      lastError: this.#lastError,
      failedCycles: this.#failedCycles,
    }
  }
}
