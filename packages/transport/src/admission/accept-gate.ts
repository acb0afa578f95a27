import { type BucketLimit, IpBuckets, takeBoth } from './ip-buckets.js'
import type { Lane } from './lane.js'
import { RefusalBook, type RefusalLimits } from './refusals.js'
import { TokenBucket } from './token-bucket.js'

export interface AcceptLimits {
  readonly tableEntries: number
  readonly pending: { readonly total: number; readonly strangers: number; readonly perIp: number }
  readonly strangerAccepts: { readonly ip: BucketLimit; readonly all: BucketLimit }
  readonly refusal: RefusalLimits
}

export type AcceptRefusal = 'refused_ip' | 'rate_ip' | 'rate_lane' | 'pending_ip' | 'pending_lane' | 'pending'

/** Gate 1 of spec transport 10.2 without the caps on open connections: who may begin a handshake. */
export class AcceptGate {
  readonly #limits: AcceptLimits
  readonly #refusals: RefusalBook
  readonly #ipRates: IpBuckets
  readonly #rate: TokenBucket
  readonly #pendingPerIp = new Map<string, number>()
  readonly #pending = { manifest: 0, stranger: 0 }

  constructor(limits: AcceptLimits, nowMs: number) {
    this.#limits = limits
    this.#refusals = new RefusalBook(limits.refusal, limits.tableEntries)
    this.#ipRates = new IpBuckets(limits.strangerAccepts.ip, limits.tableEntries)
    this.#rate = new TokenBucket(limits.strangerAccepts.all.perSecond, limits.strangerAccepts.all.burst, nowMs)
  }

  /** Handshakes that have begun and not ended. */
  get pending(): number {
    return this.#pending.manifest + this.#pending.stranger
  }

  /** The reason to refuse a source as things stand, which takes nothing: asked before a connection costs an object. */
  standing(key: string, lane: Lane, nowMs: number): AcceptRefusal | undefined {
    if (lane === 'stranger') {
      if (this.#refusals.isRefused(key, nowMs)) return 'refused_ip'
      if (this.#ipRates.of(key, nowMs).waitMs(nowMs) > 0) return 'rate_ip'
      if (this.#rate.waitMs(nowMs) > 0) return 'rate_lane'
    }
    return this.#crowded(key, lane)
  }

  /** The reason to refuse a new connection; `undefined` lets it in, and {@link begin} is to follow. */
  refusal(key: string, lane: Lane, nowMs: number): AcceptRefusal | undefined {
    if (lane === 'stranger' && !this.#refusals.isRefused(key, nowMs)) {
      const empty = takeBoth(this.#ipRates.of(key, nowMs), this.#rate, nowMs)
      if (empty !== undefined) return empty === 'ip' ? 'rate_ip' : 'rate_lane'
      return this.#crowded(key, lane)
    }
    return this.standing(key, lane, nowMs)
  }

  #crowded(key: string, lane: Lane): AcceptRefusal | undefined {
    const { total, strangers, perIp } = this.#limits.pending
    if ((this.#pendingPerIp.get(key) ?? 0) >= perIp) return 'pending_ip'
    if (lane === 'stranger' && this.#pending.stranger >= strangers) return 'pending_lane'
    return this.pending >= total ? 'pending' : undefined
  }

  /** A handshake begins; returns how it ends, to be called once. */
  begin(key: string, lane: Lane): () => void {
    this.#count(key, lane, 1)
    return () => this.#count(key, lane, -1)
  }

  /** A handshake failed; returns for how long its source is refused, as a rule 0. Sources of the manifest never are. */
  failed(key: string, lane: Lane, nowMs: number): number {
    return lane === 'manifest' ? 0 : this.#refusals.failed(key, nowMs)
  }

  #count(key: string, lane: Lane, change: 1 | -1): void {
    this.#pending[lane] += change
    const ofIp = (this.#pendingPerIp.get(key) ?? 0) + change
    if (ofIp === 0) this.#pendingPerIp.delete(key)
    else this.#pendingPerIp.set(key, ofIp)
  }
}
