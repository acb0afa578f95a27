export interface HeartbeatLimits {
  readonly unhealthyAfter: number
  readonly closeAfter: number
}

export interface PingCounters {
  /** sent = ok + timeout + failed + in flight. */
  readonly sent: number
  readonly ok: number
  readonly timeout: number
  readonly failed: number
}

export type Miss = 'timeout' | 'failed'
export type Verdict = 'none' | 'unhealthy' | 'close'

/** Ping/pong pairs of one peer and nothing else: spec transport 15. */
export class HeartbeatState {
  readonly #limits: HeartbeatLimits
  #counters = { sent: 0, ok: 0, timeout: 0, failed: 0 }
  #misses = 0

  constructor(limits: HeartbeatLimits) {
    this.#limits = limits
  }

  get counters(): PingCounters {
    return { ...this.#counters }
  }

  get consecutiveMisses(): number {
    return this.#misses
  }

  get isHealthy(): boolean {
    return this.#misses < this.#limits.unhealthyAfter
  }

  sent(): void {
    this.#counters.sent += 1
  }

  ok(): void {
    this.#counters.ok += 1
    this.#misses = 0
  }

  /** What a miss leads to: the third makes unhealthy, the sixth closes the peer's connections. */
  missed(kind: Miss): Verdict {
    this.#counters[kind] += 1
    this.#misses += 1
    if (this.#misses >= this.#limits.closeAfter) return 'close'
    return this.#misses === this.#limits.unhealthyAfter ? 'unhealthy' : 'none'
  }

  /** A ping that ended without a verdict on the peer: its last connection is gone. */
  lost(kind: Miss): Verdict {
    this.#counters[kind] += 1
    return 'none'
  }

  /** New connections are judged by themselves. */
  restart(): void {
    this.#misses = 0
  }
}

/**
 * The tick after `tick`, `elapsedMs` after tick 0. Ticks that have passed meanwhile are skipped; a timer that fired a
 * moment early makes none of them twice. Spec transport 15.
 */
export function nextTick(tick: number, elapsedMs: number, intervalMs: number): number {
  return Math.max(tick + 1, Math.ceil(elapsedMs / intervalMs))
}
