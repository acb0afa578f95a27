import { sleep } from '@montana/foundation'
import { type RequestLimit, TokenBucket } from '@montana/transport'
import { Places } from './places.js'

/** Stay this far below the remote's rate: its clock may be slower. No special reason for the figure. */
const MARGIN = 0.9

interface TypePace {
  readonly bucket: TokenBucket
  readonly places: Places
  /** Requests on their way: the remote may count them as late as now. */
  open: number
}

/**
 * Keeps the own requests to one peer within the limits that it applies, by waiting: spec transport 14.1, 17. Types wait
 * apart from each other.
 */
export class Pace {
  readonly #nowMs: () => number
  readonly #types = new Map<number, TypePace>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /**
   * Waits for a place and a token; returns how the place is left, to be called once. Rejects with abort.
   *
   * A token is spent when its request ends, not when it begins: the remote has counted it by then, however long the
   * request was on its way. So what bunches up before the remote never exceeds what the remote allows.
   */
  async enter(type: number, limit: RequestLimit, signal: AbortSignal): Promise<() => void> {
    const pace = this.#pace(type, limit)
    const leave = await pace.places.enter(limit.inFlight, signal)
    try {
      await this.#open(pace, signal)
    } catch (error) {
      leave()
      throw error
    }
    return () => {
      pace.open -= 1
      pace.bucket.spend(this.#nowMs(), 1)
      leave()
    }
  }

  /** Waits for a token beside those that the open requests will spend, and is open at once. */
  async #open(pace: TypePace, signal: AbortSignal): Promise<void> {
    const waitMs = () => pace.bucket.waitMs(this.#nowMs(), pace.open + 1)
    for (let ms = waitMs(); ms > 0; ms = waitMs()) await sleep(ms, signal)
    pace.open += 1
  }

  #pace(type: number, limit: RequestLimit): TypePace {
    const known = this.#types.get(type)
    if (known !== undefined) return known
    const burst = Math.max(1, limit.burst - 1)
    const pace = {
      bucket: new TokenBucket(limit.perSecond * MARGIN, burst, this.#nowMs()),
      places: new Places(),
      open: 0,
    }
    this.#types.set(type, pace)
    return pace
  }
}

/** One pace per peer, for as long as somebody holds the peer. */
export class PaceBook {
  readonly #nowMs: () => number
  readonly #paces = new WeakMap<object, Pace>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  of(peer: object): Pace {
    const known = this.#paces.get(peer)
    if (known !== undefined) return known
    const pace = new Pace(this.#nowMs)
    this.#paces.set(peer, pace)
    return pace
  }
}
