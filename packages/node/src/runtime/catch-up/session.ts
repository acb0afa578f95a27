import { FOLLOWS_WITHIN } from './limits.js'
import { RateMeter } from './progress.js'

const MS_PER_S = 1_000

interface Running {
  readonly from: number
  readonly startedAtMs: number
  /** Undefined while it is not known how much there is to fetch; then how far the network was ahead, windows. */
  gap: number | undefined
}

/** Keeps the time of catching up; whoever lacks one window follows, and is not counted. */
export class Session {
  readonly #nowMs: () => number
  readonly #rate = new RateMeter()
  readonly #totals = { windows: 0, seconds: 0 }
  #running: Running | undefined

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  get isOpen(): boolean {
    return this.#running !== undefined
  }

  /** What there is to fetch is being fetched. */
  get isFetching(): boolean {
    return this.#running?.gap !== undefined
  }

  /** It is about more than a window that comes late. */
  get isFarBehind(): boolean {
    return (this.#running?.gap ?? 0) > FOLLOWS_WITHIN
  }

  get from(): number | undefined {
    return this.#running?.from
  }

  /** Windows per second, lately. */
  get rate(): number | undefined {
    return this.#rate.rate(this.#nowMs())
  }

  get totals(): { readonly windows: number; readonly seconds: number } {
    const { windows, seconds } = this.#totals
    return { windows, seconds: seconds + this.#seconds }
  }

  open(head: number): void {
    this.#running = { from: head, startedAtMs: this.#nowMs(), gap: undefined }
  }

  begin(gap: number): void {
    if (this.#running) this.#running.gap = gap
  }

  /** What was begun for a window that comes late may turn out to be more. */
  widen(gap: number): void {
    if (this.#running?.gap !== undefined) this.#running.gap = Math.max(this.#running.gap, gap)
  }

  noteApplied(): void {
    if (!this.isFarBehind) return
    this.#totals.windows++
    this.#rate.mark(this.#nowMs())
  }

  close(): void {
    this.#totals.seconds += this.#seconds
    this.#rate.reset()
    this.#running = undefined
  }

  get #seconds(): number {
    return this.#running && this.isFarBehind ? (this.#nowMs() - this.#running.startedAtMs) / MS_PER_S : 0
  }
}
