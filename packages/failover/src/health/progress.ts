/** A counter as one check read it, and how long it may stand still. */
export interface Progress {
  readonly value: number
  readonly maxAgeMs?: number
}

interface Standstill {
  readonly value: number
  readonly sinceMs: number
}

/** A process that answers may be dead: its work must go on too, behind every check that has a counter. Spec 5.5. */
export class ProgressWatch {
  readonly #timeoutMs: number
  readonly #seen = new Map<number, Standstill>()

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** By the place of each check; null while every counter moves, or there is none. */
  failureOf(counters: readonly (Progress | undefined)[], nowMs: number): string | null {
    const failures = counters.map((counter, place) => (counter ? this.#judge(place, counter, nowMs) : null))
    return failures.find((failure) => failure !== null) ?? null
  }

  #judge(place: number, { value, maxAgeMs = this.#timeoutMs }: Progress, nowMs: number): string | null {
    const before = this.#seen.get(place)
    const sinceMs = before?.value === value ? before.sinceMs : nowMs
    this.#seen.set(place, { value, sinceMs })
    return nowMs - sinceMs >= maxAgeMs ? `no progress for ${Math.round(nowMs - sinceMs)} ms` : null
  }
}
