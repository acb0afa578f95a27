/** One promise about time, as arithmetic. Spec three-mirror 5.4. */
export interface Bound {
  readonly kind: 'chain' | 'etcd' | 'survivor' | 'service'
  readonly policy: string
  /** Only of kind `service`. */
  readonly service: string | null
  /** What the sum consists of (detect, confirm, promote and so on), milliseconds. */
  readonly termsMs: Readonly<Record<string, number>>
  readonly totalMs: number
  /** Name of the setting that it is compared with. */
  readonly limit: 'maxRecoveryMs' | 'maxSurvivorRecoveryMs'
  readonly limitMs: number
  /** The sum in seconds: `3 misses × 1.0 + timeout 1.0 + confirm 1.0 + promote 2.0 = 7.0 s`. */
  readonly formula: string
  /** Below the limit; equal is not. */
  readonly isKept: boolean
}

/** The old leader has stopped before another may start. */
export interface OverlapBound {
  readonly termsMs: { readonly isolate: number; readonly kill: number; readonly margin: number }
  readonly stopMs: number
  readonly earliestTakeoverMs: number
  /** `isolate 2.0 + kill 0.5 + margin 0.5 = 3.0 s ≤ 3.0 s = 2 intervals × 1.0 + timeout 1.0` */
  readonly formula: string
  /** Equal is enough: the margin is inside. */
  readonly isKept: boolean
}

export interface PolicyBounds {
  /** Of the death of the leader: kind `chain` or `etcd`. */
  readonly failover: Bound
  /** Of the same without a majority; null where nobody leads then. */
  readonly survivor: Bound | null
  /** Of the crash of a service on a living host. */
  readonly services: readonly Bound[]
  /** The largest of those that end with a new leader after a death. */
  readonly worstMs: number
}

export interface GroupBounds {
  readonly policies: Readonly<Record<string, PolicyBounds>>
  /** Null where a lease decides instead. */
  readonly overlap: OverlapBound | null
}
