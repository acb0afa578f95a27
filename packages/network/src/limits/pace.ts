import { AbortError, sleep } from '@montana/foundation'
import type { RequestLimit } from '@montana/transport'
import { TokenBucket } from './token-bucket.js'

/** Stay this far below the remote's rate: requests may bunch up on the way. No special reason for the figure. */
const MARGIN = 0.9

interface TypePace {
  readonly bucket: TokenBucket
  readonly waiting: Array<() => void>
  inFlight: number
}

/** Keeps the own requests to one peer within the limits that it applies, by waiting: spec transport 14.1, 17. */
export class Pace {
  readonly #nowMs: () => number
  readonly #types = new Map<number, TypePace>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Waits for a place and a token; returns how the place is left. Rejects with abort. */
  async enter(type: number, limit: RequestLimit, signal: AbortSignal): Promise<() => void> {
    const pace = this.#pace(type, limit)
    await this.#takePlace(pace, limit, signal)
    try {
      while (!pace.bucket.take(this.#nowMs())) await sleep(pace.bucket.waitMs(this.#nowMs()), signal)
    } catch (error) {
      release(pace)
      throw error
    }
    return () => release(pace)
  }

  #takePlace(pace: TypePace, limit: RequestLimit, signal: AbortSignal): Promise<void> {
    if (pace.inFlight < limit.inFlight) {
      pace.inFlight += 1
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        pace.waiting.splice(pace.waiting.indexOf(start), 1)
        reject(new AbortError(signal.reason))
      }
      if (signal.aborted) return reject(new AbortError(signal.reason))
      signal.addEventListener('abort', leave, { once: true })
      pace.waiting.push(start)
    })
  }

  #pace(type: number, limit: RequestLimit): TypePace {
    const known = this.#types.get(type)
    if (known !== undefined) return known
    const burst = Math.max(1, limit.burst - 1)
    const bucket = new TokenBucket(limit.perSecond * MARGIN, burst, this.#nowMs())
    const pace = { bucket, waiting: [], inFlight: 0 }
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

/** Hands the place to the next in line, or gives it back. */
function release(pace: TypePace): void {
  const next = pace.waiting.shift()
  if (next === undefined) pace.inFlight -= 1
  else next()
}
