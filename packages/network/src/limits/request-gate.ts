import { type RequestLimit, TokenBucket } from '@montana/transport'
import { NetworkError } from '../errors.js'
import { typeName } from '../wire/types.js'

interface TypeState {
  readonly bucket: TokenBucket
  readonly burst: number
  inFlight: number
}

/** What one peer may have open at once and per second: spec transport 14.1, 17. */
export class RequestGate {
  readonly #handlers: number
  readonly #types = new Map<number, TypeState>()
  #inFlight = 0

  /** `handlers`: requests of any type at once. */
  constructor(handlers: number) {
    this.#handlers = handlers
  }

  /** Lets one request in and returns how it leaves; throws LIMIT_RATE or LIMIT_IN_FLIGHT { type, limit }. */
  enter(type: number, limit: RequestLimit, nowMs: number): () => void {
    const state = this.#state(type, limit, nowMs)
    if (!state.bucket.take(nowMs)) throw refused('LIMIT_RATE', type, limit.perSecond, state.bucket.waitMs(nowMs))
    if (state.inFlight >= limit.inFlight) throw refused('LIMIT_IN_FLIGHT', type, limit.inFlight)
    if (this.#inFlight >= this.#handlers) throw refused('LIMIT_IN_FLIGHT', type, this.#handlers)
    return this.#occupy(state)
  }

  /** Nothing is open and every bucket is full: a new gate would decide the same. */
  isRested(nowMs: number): boolean {
    if (this.#inFlight > 0) return false
    return [...this.#types.values()].every(({ bucket, burst }) => bucket.waitMs(nowMs, burst) === 0)
  }

  #occupy(state: TypeState): () => void {
    state.inFlight += 1
    this.#inFlight += 1
    let left = false
    return () => {
      if (left) return
      left = true
      state.inFlight -= 1
      this.#inFlight -= 1
    }
  }

  #state(type: number, limit: RequestLimit, nowMs: number): TypeState {
    const known = this.#types.get(type)
    if (known !== undefined) return known
    const { perSecond, burst } = limit
    const state = { bucket: new TokenBucket(perSecond, burst, nowMs), burst, inFlight: 0 }
    this.#types.set(type, state)
    return state
  }
}

function refused(code: 'LIMIT_RATE' | 'LIMIT_IN_FLIGHT', type: number, limit: number, retryAfterMs = 0): NetworkError {
  const what = code === 'LIMIT_RATE' ? `${limit} per second` : `${limit} at once`
  return new NetworkError(code, `more than ${what} of ${typeName(type)}`, { type, limit, retryAfterMs })
}
