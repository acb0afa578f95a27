import { type Limits, LruMap } from '@montana/transport'
import { RequestGate } from './request-gate.js'
import { PeerScore } from './score.js'

/** What a peer may still ask for and what it has done wrong: outlives its connections. Spec transport 16.3, 17. */
export interface Standing {
  readonly gate: RequestGate
  readonly score: PeerScore
}

export function newStanding({ exchange, score }: Limits): Standing {
  return { gate: new RequestGate(exchange.handlersPerPeer), score: new PeerScore(score) }
}

/**
 * Standings of strangers that are gone, so that coming again is no way around a rate or a ban. As many as bans are
 * kept; one that says no more than a new one is dropped.
 */
export class DepartedStandings {
  readonly #standings: LruMap<Standing>

  constructor(maxEntries: number) {
    this.#standings = new LruMap(maxEntries)
  }

  get size(): number {
    return this.#standings.size
  }

  keep(peerId: string, standing: Standing, nowMs: number): void {
    this.#standings.dropUnless((kept) => isTelling(kept, nowMs))
    if (isTelling(standing, nowMs)) this.#standings.set(peerId, standing)
  }

  take(peerId: string): Standing | undefined {
    return this.#standings.take(peerId)
  }

  /** Sum of their scores. */
  points(nowMs: number): number {
    return this.#standings.values().reduce((sum, { score }) => sum + score.points(nowMs), 0)
  }
}

function isTelling({ gate, score }: Standing, nowMs: number): boolean {
  return score.points(nowMs) > 0 || !gate.isRested(nowMs)
}
