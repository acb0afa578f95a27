/** Real time plus an offset that tests move; everything on the stand that ages does so by this clock. */
export class StandClock {
  #offsetMs = 0

  /** Milliseconds since the Unix epoch. */
  nowMs(): number {
    return Date.now() + this.#offsetMs
  }

  /** Moves the clock; negative values move it back. */
  advance(ms: number): void {
    this.#offsetMs += ms
  }
}

/** As GitHub writes times: RFC 3339 UTC in whole seconds. */
export function githubTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
