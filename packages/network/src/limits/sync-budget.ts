import { type Limits, LruMap, TokenBucket } from '@montana/transport'
import { EXT_ERROR, ExtError } from '../errors.js'

type ExchangeLimits = Limits['exchange']

/** One answer that is being made. */
export interface SyncPlace {
  /** Charges the bytes of the answer to its peer and to all. */
  spend(bytes: number, nowMs: number): void
  /** Gives the place back, once. */
  leave(): void
}

/**
 * Sync answers share a bound in number and bytes, so that consensus traffic is never starved: spec transport 14.1.
 *
 * Places: a peer may hold as many as are free beside it. The first alone gets half of them, the next half of the rest, and
 * whoever holds none goes before those that hold some.
 *
 * Bytes: `syncShares` peers are each sure of an equal part. What nobody uses is lent to who asks for more; what was lent
 * is waited off by the borrower, not by those within their part.
 */
export class SyncBudget {
  readonly #limits: ExchangeLimits
  readonly #all: TokenBucket
  readonly #parts: LruMap<TokenBucket>
  readonly #held = new Map<string, number>()
  #taken = 0

  constructor(limits: ExchangeLimits, nowMs: number) {
    this.#limits = limits
    this.#all = new TokenBucket(limits.syncBytesPerSecond, limits.syncBytesPerSecond, nowMs)
    this.#parts = new LruMap(limits.syncPartsKept)
  }

  /** Throws {@link ExtError} `busy` with how long to wait. */
  enter(peerId: string, nowMs: number): SyncPlace {
    const { extAnswersAtOnce, busySyncRetryMs } = this.#limits
    const part = this.#partOf(peerId, nowMs)
    const waitMs = this.#waitMs(part, nowMs)
    const held = this.#held.get(peerId) ?? 0
    if (waitMs > 0 || held >= extAnswersAtOnce - this.#taken) {
      throw new ExtError(EXT_ERROR.busy, 'sync budget', Math.max(waitMs, busySyncRetryMs))
    }
    this.#add(peerId, 1)
    return { spend: (bytes, atMs) => this.#spend(part, bytes, atMs), leave: this.#leaving(peerId) }
  }

  /** Until the peer is within its part, or something is left over, whichever comes first. */
  #waitMs(part: TokenBucket, nowMs: number): number {
    const all = this.#all.waitMs(nowMs)
    return Math.min(all, Math.max(part.waitMs(nowMs), all - this.#limits.syncDebtMs))
  }

  #spend(part: TokenBucket, bytes: number, nowMs: number): void {
    part.spend(nowMs, bytes)
    this.#all.spend(nowMs, bytes)
  }

  #leaving(peerId: string): () => void {
    let left = false
    return () => {
      if (left) return
      left = true
      this.#add(peerId, -1)
    }
  }

  #add(peerId: string, places: number): void {
    this.#taken += places
    const held = (this.#held.get(peerId) ?? 0) + places
    if (held === 0) this.#held.delete(peerId)
    else this.#held.set(peerId, held)
  }

  #partOf(peerId: string, nowMs: number): TokenBucket {
    const known = this.#parts.get(peerId)
    if (known !== undefined) return known
    const perSecond = this.#limits.syncBytesPerSecond / this.#limits.syncShares
    const part = new TokenBucket(perSecond, perSecond, nowMs)
    this.#parts.set(peerId, part)
    return part
  }
}
