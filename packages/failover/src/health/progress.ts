/** A process that answers may be dead: its work must go on too. Spec three-mirror 5.5. */
export class ProgressWatch {
  readonly #timeoutMs: number
  #last: readonly number[] = []
  #changedMs: number | undefined

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** Null while one of the counters moves, or there are none. */
  failureOf(counters: readonly number[], nowMs: number): string | null {
    const isSame = counters.length === this.#last.length && counters.every((value, i) => value === this.#last[i])
    if (!isSame || this.#changedMs === undefined) this.#changedMs = nowMs
    this.#last = counters
    const standsMs = nowMs - this.#changedMs
    return counters.length > 0 && standsMs >= this.#timeoutMs ? `no progress for ${Math.round(standsMs)} ms` : null
  }
}
