import { TransportError } from '../errors.js'
import { type BucketLimit, IpBuckets, takeBoth } from './ip-buckets.js'
import type { Lane } from './lane.js'
import { type PermitLimits, Permits } from './permits.js'
import { TokenBucket } from './token-bucket.js'

export interface LaneLimits {
  /** Handshakes per source. */
  readonly ip: BucketLimit
  /** Handshakes of the whole lane. */
  readonly all: BucketLimit
  /** Handshakes at once. */
  readonly permits: PermitLimits
}

export type SignatureRefusal = 'bucket_ip' | 'bucket_lane' | 'permit_ip' | 'permit_lane'

/** The right to one responder signature. */
export interface HandshakePermit {
  readonly lane: Lane
  /** To be called when the handshake has ended, however. */
  release(): void
}

/** Gate 3 of spec transport 10.2, for one lane: a responder signs nothing without a permit. */
export class SignatureGate {
  readonly #lane: Lane
  readonly #waitMs: number
  readonly #ipBuckets: IpBuckets
  readonly #bucket: TokenBucket
  readonly #permits: Permits

  constructor(lane: Lane, limits: LaneLimits, common: { tableEntries: number; permitWaitMs: number }, nowMs: number) {
    this.#lane = lane
    this.#waitMs = common.permitWaitMs
    this.#ipBuckets = new IpBuckets(limits.ip, common.tableEntries)
    this.#bucket = new TokenBucket(limits.all.perSecond, limits.all.burst, nowMs)
    this.#permits = new Permits(limits.permits)
  }

  /** Takes one handshake out of the buckets; HS_THROTTLED { lane, limit } when there is none. */
  take(key: string, nowMs: number): void {
    const empty = takeBoth(this.#ipBuckets.of(key, nowMs), this.#bucket, nowMs)
    if (empty !== undefined) throw this.#throttled(empty === 'ip' ? 'bucket_ip' : 'bucket_lane')
  }

  /** Waits for a place at most the permit's time; HS_THROTTLED { lane, limit } or abort. */
  async enter(key: string, signal: AbortSignal): Promise<HandshakePermit> {
    return { lane: this.#lane, release: await this.#place(key, signal) }
  }

  async #place(key: string, signal: AbortSignal): Promise<() => void> {
    const exhausted = this.#permits.exhausted(key)
    const leave = await this.#permits.enter(key, this.#waitMs, signal)
    if (leave !== undefined) return leave
    throw this.#throttled(exhausted === 'ip' ? 'permit_ip' : 'permit_lane')
  }

  #throttled(limit: SignatureRefusal): TransportError {
    return new TransportError('HS_THROTTLED', `no signature for the ${this.#lane} lane: ${limit}`, {
      lane: this.#lane,
      limit,
    })
  }
}
