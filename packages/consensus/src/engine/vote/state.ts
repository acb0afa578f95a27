import type { AuthenticatedEnvelope } from '../../acceptance.js'
import type { CementCertificate } from '../../objects/certificate.js'
import type { Propose } from '../../objects/propose.js'
import type { PeerName } from '../events.js'
import type { Verdict } from '../sealed.js'

export type VoteStep = 'propose' | 'prevote' | 'precommit'

/** A draft at hand and what acceptance says of it; the own clock is compared apart, because it may tick later. */
export interface Draft {
  readonly candidate: AuthenticatedEnvelope
  /** Absent for the own draft. */
  readonly from: PeerName | undefined
  readonly verdict: Verdict
  /** Fetched because this node was behind. */
  readonly isRange: boolean
}

/** The vote on window head + 1: spec protocol 11.2. Rounds count from 1; round 0 means "not entered yet". */
export interface VoteState {
  readonly round: number
  readonly step: VoteStep
  /** When the wait of the current step ends, monotonic ms; undefined while nothing starts that wait. */
  readonly proposeEndsMs: number | undefined
  readonly prevoteEndsMs: number | undefined
  readonly precommitEndsMs: number | undefined
  readonly lock: Lock
  /** By {@link draftKey}, body included: one header may come with several bodies, each of another value. */
  readonly drafts: ReadonlyMap<string, Draft>
  /** The first Propose of each round, signed by its slot holder. */
  readonly proposals: ReadonlyMap<number, Propose>
  /** Value (hex) → proposal hash, from every authentic Propose: a quorum may want another than the first of its round. */
  readonly hashes: ReadonlyMap<string, Uint8Array>
  /** A certificate of enough weight that arrived before its draft did. */
  readonly certificate: CementCertificate | undefined
  /** Proposers (hex) that signed two headers for this window. */
  readonly disputed: ReadonlySet<string>
  /** What was asked for, and when it may be asked for again, monotonic ms. */
  readonly asked: ReadonlyMap<string, number>
  readonly resentAtMs: number
}

/** Survives a restart by way of the signature journal. Rounds 0 = none; values are hex. */
export interface Lock {
  readonly lockedRound: number
  readonly lockedValue: string | undefined
  readonly validRound: number
  readonly validValue: string | undefined
}

export const NO_LOCK: Lock = {
  lockedRound: 0,
  lockedValue: undefined,
  validRound: 0,
  validValue: undefined,
}

export function freshVote(nowMs: number): VoteState {
  return {
    round: 0,
    step: 'propose',
    proposeEndsMs: undefined,
    prevoteEndsMs: undefined,
    precommitEndsMs: undefined,
    lock: NO_LOCK,
    drafts: new Map(),
    proposals: new Map(),
    hashes: new Map(),
    certificate: undefined,
    disputed: new Set(),
    asked: new Map(),
    resentAtMs: nowMs,
  }
}
