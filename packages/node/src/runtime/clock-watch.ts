import type { ClockRunner } from './clock-runner.js'

/** A grind that is younger has had no time to show progress, which comes ten times a second on an idle host, ms. */
const YOUNG_MS = 5_000

/** Whether the clock thread goes on: of spec operations 10, the half of a keepalive that the event loop cannot see. */
export class ClockWatch {
  readonly #clock: Pick<ClockRunner, 'isAtRest' | 'advances' | 'ageMs'>
  #seen = 0

  constructor(clock: Pick<ClockRunner, 'isAtRest' | 'advances' | 'ageMs'>) {
    this.#clock = clock
  }

  /** Advanced since it was asked last, or stopped on purpose. */
  isGoingOn(): boolean {
    const { isAtRest, advances, ageMs } = this.#clock
    const hasAdvanced = advances !== this.#seen
    this.#seen = advances
    return hasAdvanced || isAtRest || ageMs < YOUNG_MS
  }
}
