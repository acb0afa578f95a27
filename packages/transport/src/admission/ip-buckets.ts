import { LruMap } from './lru-map.js'
import { TokenBucket } from './token-bucket.js'

/** Tokens per second and how many can be saved up. */
export interface BucketLimit {
  readonly perSecond: number
  readonly burst: number
}

/** One bucket per source, for the sources seen last: spec transport 10.1. */
export class IpBuckets {
  readonly #limit: BucketLimit
  readonly #buckets: LruMap<TokenBucket>

  constructor(limit: BucketLimit, maxEntries: number) {
    this.#limit = limit
    this.#buckets = new LruMap(maxEntries)
  }

  of(key: string, nowMs: number): TokenBucket {
    const known = this.#buckets.get(key)
    if (known !== undefined) return known
    const bucket = new TokenBucket(this.#limit.perSecond, this.#limit.burst, nowMs)
    this.#buckets.set(key, bucket)
    return bucket
  }
}

/** Which of two buckets is empty; takes one token of each when neither is. */
export function takeBoth(ip: TokenBucket, all: TokenBucket, nowMs: number): 'ip' | 'lane' | undefined {
  if (ip.waitMs(nowMs) > 0) return 'ip'
  if (!all.take(nowMs)) return 'lane'
  ip.take(nowMs)
  return undefined
}
