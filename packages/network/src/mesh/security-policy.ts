import { type Limits, PROTOCOLS, type Suite } from '@montana/transport'
import { SECURITY } from '../ext/status.js'

export interface SecurityOptions {
  /** Profiles offered and accepted, in this order. Spec transport 8.1. */
  readonly offers: readonly Suite[]
  /** Peers that are spoken to in hybrid only: all of them, or those with these PeerIds. Spec transport 8.2. */
  readonly requireHybrid: boolean | readonly string[]
}

export const DEFAULT_SECURITY: SecurityOptions = { offers: ['hybrid', 'pq'], requireHybrid: false }

/** What the manifest says of a peer. */
export interface SecurityEntry {
  readonly peerId: string
  readonly security: 'hybrid' | undefined
}

/** Which profile may be spoken with whom: spec transport 8. */
export class SecurityPolicy {
  readonly offers: readonly Suite[]
  readonly #isRequiredOfAll: boolean
  readonly #named: readonly string[]
  #required: ReadonlySet<string>
  readonly #limits: Limits['downgrade']
  readonly #nowMs: () => number
  /** Since when somebody is known to meddle with the negotiation with a peer, oldest first. */
  readonly #downgradedMs = new Map<string, number>()

  constructor(
    { offers, requireHybrid }: SecurityOptions,
    entries: Iterable<SecurityEntry>,
    limits: Limits['downgrade'],
    nowMs: () => number,
  ) {
    this.offers = offers
    this.#isRequiredOfAll = requireHybrid === true
    this.#limits = limits
    this.#nowMs = nowMs
    this.#named = typeof requireHybrid === 'boolean' ? [] : requireHybrid
    this.#required = this.#requiredBy(entries)
  }

  /** What another manifest says of its peers; open sessions go on as they are. */
  apply(entries: Iterable<SecurityEntry>): void {
    this.#required = this.#requiredBy(entries)
  }

  /** `undefined` is a peer that is not known before the handshake. */
  requiresHybrid(peerId: string | undefined): boolean {
    if (this.#isRequiredOfAll) return true
    return peerId !== undefined && (this.#required.has(peerId) || this.#isDowngraded(peerId))
  }

  /** The protocol with a peer when there is no choice of one: no answer to a proposal of it is worth waiting for. */
  onlyProtocolWith(peerId: string | undefined): string | undefined {
    const [first, second] = this.offers
    const isAlone = second === undefined || (first === 'hybrid' && this.requiresHybrid(peerId))
    return first !== undefined && isAlone ? PROTOCOLS[first] : undefined
  }

  /** Both sides offer hybrid, and yet the session is not: someone has answered `na` in the other's name. */
  isDowngrade(suite: Suite, theirBits: number): boolean {
    return suite === 'pq' && this.offers.includes('hybrid') && (theirBits & SECURITY.hybridOffered) !== 0
  }

  /** Puts a peer under requireHybrid for an hour. */
  noteDowngrade(peerId: string): void {
    this.#downgradedMs.delete(peerId)
    this.#downgradedMs.set(peerId, this.#nowMs())
    const [oldest] = this.#downgradedMs.keys()
    if (this.#downgradedMs.size > this.#limits.peersKept && oldest !== undefined) this.#downgradedMs.delete(oldest)
  }

  /** The security bits of a Status to `peerId`: spec transport 14.2. */
  bitsFor(peerId: string): number {
    const bits = this.offers.map((suite) => (suite === 'pq' ? SECURITY.pqOffered : SECURITY.hybridOffered))
    const isRequired = !this.offers.includes('pq') || this.requiresHybrid(peerId)
    return bits.reduce((sum, bit) => sum | bit, isRequired ? SECURITY.hybridRequired : 0)
  }

  #requiredBy(entries: Iterable<SecurityEntry>): ReadonlySet<string> {
    const asked = [...entries].filter(({ security }) => security === 'hybrid').map(({ peerId }) => peerId)
    return new Set([...this.#named, ...asked])
  }

  #isDowngraded(peerId: string): boolean {
    const sinceMs = this.#downgradedMs.get(peerId)
    return sinceMs !== undefined && this.#nowMs() - sinceMs < this.#limits.requireHybridMs
  }
}
