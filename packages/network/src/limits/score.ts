import { LIMITS, LruMap } from '@montana/transport'

export type ScoreLimits = typeof LIMITS.score

/** Points of one peer: they decay, and a rate violation counts once per type and time. Spec transport 16.3. */
export class PeerScore {
  readonly #limits: ScoreLimits
  readonly #rateCountedMs = new Map<number, number>()
  #points = 0
  #updatedMs = 0

  constructor(limits: ScoreLimits = LIMITS.score) {
    this.#limits = limits
  }

  points(nowMs: number): number {
    const decayed = ((nowMs - this.#updatedMs) / 60_000) * this.#limits.decayPerMinute
    return Math.max(0, this.#points - decayed)
  }

  /** Returns the new score. */
  add(points: number, nowMs: number): number {
    this.#points = this.points(nowMs) + points
    this.#updatedMs = nowMs
    return this.#points
  }

  addRateViolation(type: number, nowMs: number): number {
    const counted = this.#rateCountedMs.get(type)
    if (counted !== undefined && nowMs - counted < this.#limits.rateOnceMs) return this.points(nowMs)
    this.#rateCountedMs.set(type, nowMs)
    return this.add(this.#limits.rate, nowMs)
  }

  reset(): void {
    this.#points = 0
  }
}

interface Ban {
  readonly untilMs: number
  readonly count: number
}

/** Bans by PeerId, in memory, the one that was longest not asked for forgotten first: spec transport 16.3. */
export class BanList {
  readonly #limits: ScoreLimits
  readonly #bans: LruMap<Ban>

  constructor(limits: ScoreLimits = LIMITS.score) {
    this.#limits = limits
    this.#bans = new LruMap(limits.bansKept)
  }

  isBanned(peerId: string, nowMs: number): boolean {
    return (this.#bans.get(peerId)?.untilMs ?? Number.NEGATIVE_INFINITY) > nowMs
  }

  active(nowMs: number): number {
    return this.#bans.values().filter((ban) => ban.untilMs > nowMs).length
  }

  /** A stranger has become a peer of the manifest: what it did before must not keep it away for hours. */
  lift(peerId: string): void {
    this.#bans.take(peerId)
  }

  /** Bans for 10 minutes, doubled with each repetition; a manifest peer for a minute at most. Returns milliseconds. */
  ban(peerId: string, isManifestPeer: boolean, nowMs: number): number {
    const count = (this.#bans.get(peerId)?.count ?? 0) + 1
    const cap = isManifestPeer ? this.#limits.maxManifestBanMs : this.#limits.maxBanMs
    const lengthMs = Math.min(cap, this.#limits.banMs * 2 ** (count - 1))
    this.#bans.set(peerId, { untilMs: nowMs + lengthMs, count })
    return lengthMs
  }
}
