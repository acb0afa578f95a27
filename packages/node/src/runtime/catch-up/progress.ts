/** What catching up does now; a snapshot goes through the first three phases, then on by range. */
export interface CatchUpProgress {
  readonly mode: 'range' | 'snapshot'
  readonly phase: 'manifest' | 'tables' | 'install' | 'range'
  /** Head when it began. */
  readonly from: number
  readonly head: number
  readonly target: number
  /** Over the last seconds; undefined before there is anything to measure. */
  readonly windowsPerSecond: number | undefined
  readonly etaSeconds: number | undefined
  /** PeerIds that are asked, or gave what waits. */
  readonly peers: readonly string[]
  readonly bytesFetched: number
  /** Of these, what had come before or could not be used. */
  readonly bytesTwice: number
  /** Undefined where windows are fetched. */
  readonly chunks: { readonly proven: number; readonly total: number } | undefined
}

/** What catching up came to in this process. */
export interface CatchUpTotals {
  /** A snapshot where there was one; undefined before anything was fetched. */
  readonly mode: 'range' | 'snapshot' | undefined
  readonly windows: number
  readonly seconds: number
  readonly bytesFetched: number
  readonly bytesTwice: number
}

/** A rate is that of the last moments, ms … */
const RATE_OVER_MS = 10_000
/** … and of the last windows. */
const MARKS_KEPT = 1_024

/** Measures how fast windows are applied. */
export class RateMeter {
  #marks: number[] = []

  mark(atMs: number): void {
    this.#marks.push(atMs)
    if (this.#marks.length > MARKS_KEPT) this.#marks = this.#marks.slice(-MARKS_KEPT)
  }

  /** Per second; undefined with fewer than two marks. */
  rate(nowMs: number): number | undefined {
    const recent = this.#marks.filter((atMs) => nowMs - atMs <= RATE_OVER_MS)
    const [first] = recent
    if (first === undefined || recent.length < 2) return undefined
    return ((recent.length - 1) * 1_000) / Math.max(1, nowMs - first)
  }

  reset(): void {
    this.#marks = []
  }
}
