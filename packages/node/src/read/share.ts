import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import { AbortError, type TimeSource } from '@montana/foundation'

/** After one part of work four of rest: whoever reads takes at most a fifth of the event loop. No special reason for a fifth. */
const REST_PER_WORK = 4
/** What may be read at once after a pause, ms: one page of a list from a small network, and far below a window. */
const BURST_MS = 10
/** A turn that took longer was held up by others: it is not rested for like work of its own. */
const TURN_MAX_MS = 20

/**
 * One turn after the other for everybody who reads, each on a turn of the event loop of its own, and rests in between:
 * readers must not hold up a window, however many they are. A turn is one envelope, or as much.
 */
export class ReadShare {
  readonly #time: Pick<TimeSource, 'monotonicMs'>
  #last: Promise<void> = Promise.resolve()
  /** When everything that was read is paid for with rest. */
  #paidAtMs = Number.NEGATIVE_INFINITY

  constructor(time: Pick<TimeSource, 'monotonicMs'>) {
    this.#time = time
  }

  /** Rejects with {@link AbortError} when `signal` has fired before its turn, and with what `work` throws. */
  run<T>(work: () => T, signal: AbortSignal): Promise<T> {
    const turn = this.#last.then(() => this.#take(work, signal))
    this.#last = turn.then(
      () => {},
      () => {},
    )
    return turn
  }

  async #take<T>(work: () => T, signal: AbortSignal): Promise<T> {
    // Who is gone must not be rested for.
    if (signal.aborted) throw new AbortError(signal.reason)
    await this.#rest()
    if (signal.aborted) throw new AbortError(signal.reason)
    const startedMs = this.#time.monotonicMs()
    try {
      return work()
    } finally {
      const tookMs = Math.min(TURN_MAX_MS, this.#time.monotonicMs() - startedMs)
      this.#paidAtMs = Math.max(this.#paidAtMs, startedMs) + tookMs * (1 + REST_PER_WORK)
    }
  }

  async #rest(): Promise<void> {
    const owedMs = this.#paidAtMs - this.#time.monotonicMs()
    if (owedMs > BURST_MS * REST_PER_WORK) await delay(owedMs)
    else await nextTurn()
  }
}
