import type { RandomSource } from '@montana/foundation'
import { toHex } from '@montana/foundation'
import type { CementingRule, GenesisDocument, NodeRegistration } from '@montana/ledger'
import type { AuthenticatedEnvelope } from '../acceptance.js'
import { type ChainState, memberOf, type WindowWeights } from '../chain-state.js'
import type { CementCertificate } from '../objects/certificate.js'
import type { Confirmation } from '../objects/confirmation.js'
import type { Envelope } from '../objects/envelope.js'
import { decodeReveal, revealHash } from '../objects/reveal.js'
import type { CementVote } from '../objects/vote.js'
import { type ProposerRule, proposerRule } from '../proposer.js'
import type { PeerName } from './events.js'
import type { VoteState } from './vote/state.js'

/** How a timechain value is treated that this node has not computed yet: spec protocol 13.3. */
export type VerifyPolicy = { kind: 'full' } | { kind: 'sample'; segments: number } | { kind: 'quorum' }

export interface EngineConfig {
  readonly genesisHash: Uint8Array
  readonly rule: ProposerRule
  readonly cementing: CementingRule
  readonly selfNodeId: Uint8Array
  readonly minWindowMs: number
  readonly verify: VerifyPolicy
  readonly random: RandomSource
}

export function engineConfig(document: GenesisDocument, init: Omit<EngineConfig, 'rule' | 'cementing'>): EngineConfig {
  return { ...init, rule: proposerRule(document), cementing: document.cementingRule }
}

/** An envelope that passed every check but waits for its clock value: by policy, or because own and network disagree. */
export interface HeldEnvelope {
  readonly candidate: AuthenticatedEnvelope
  readonly from: PeerName
  readonly reason: 'policy' | 'disagreement'
  readonly certificate: CementCertificate | undefined
}

export type ByWindow<T> = ReadonlyMap<number, T>
export type ByNode<T> = ReadonlyMap<string, T>
/** `round:phase` → votes of that round and phase. */
export type VotesOfWindow = ReadonlyMap<string, ByNode<CementVote>>

/**
 * Everything the engine knows. Immutable: a step makes a new one. Message pools hold members' messages only, one per
 * node and window, for the head and at most two windows beyond, so their size is bounded by the table.
 */
export interface EngineState {
  readonly chain: ChainState
  readonly headEnvelope: Envelope | undefined
  /** value(w) of recent cemented windows, to compare attestations with; hex. */
  readonly values: ByWindow<RecentWindow>
  /** T_r(head + 1) once computed here, or proven in full. */
  readonly clockValue: Uint8Array | undefined
  /** When the clock of head + 1 started, and how long the last one took, ms. */
  readonly grindStartedMs: number
  readonly lastTickMs: number
  readonly appliedAtMs: number
  readonly periodMs: number
  readonly confirmations: ByWindow<ByNode<Confirmation>>
  /** Hex hashes of the reveals held; the first of a node counts, so nobody can crowd out another. */
  readonly reveals: ByWindow<ByNode<string>>
  readonly votes: ByWindow<VotesOfWindow>
  readonly vote: VoteState
  readonly own: OwnMessages
  /** NodeRegistrations that wait to be listed or included, by hash. */
  readonly registrations: ReadonlyMap<string, PendingRegistration>
  /** `kind:window` of signatures being made. */
  readonly signing: ReadonlySet<string>
  readonly held: HeldEnvelope | undefined
  /** Clock value (hex) of head + 1 that peers confirmed and for which a proof was asked. */
  readonly proving: string | undefined
  readonly quorumAtMs: number | undefined
  readonly resentAtMs: number
  /** `kind:window:node` of evidence that was reported already. */
  readonly reported: ReadonlySet<string>
  /** The first window that this node may sign for; undefined while it may have forgotten what it signed. */
  readonly signFrom: number | undefined
  /** Heads that members state, by node; only while `signFrom` is undefined. */
  readonly statedHeads: ByNode<number>
  /** Set when this node must not sign any more, for the life of the process; a restart compares attestations anew. */
  readonly halted: string | undefined
}

export interface RecentWindow {
  readonly value: string
  readonly proposalHash: Uint8Array
  readonly contextHash: Uint8Array
  /** Weights of S_{w−1}; absent for windows cemented before this process started. */
  readonly weights: WindowWeights | undefined
  readonly isCertified: boolean
  /** Who proposed it; absent where the envelope is not stored any more. */
  readonly proposerNodeId: Uint8Array | undefined
  /** A second header of its proposer was reported already. */
  readonly isDisputed: boolean
}

/** What this node signed for recent windows, exactly as stored and sent. */
export interface OwnMessages {
  readonly reveals: ByWindow<Uint8Array>
  readonly confirmations: ByWindow<Confirmation>
  /** By `round:phase`. */
  readonly votes: ByWindow<ReadonlyMap<string, Uint8Array>>
  /** Proposes for head + 1 by round. */
  readonly proposals: ReadonlyMap<number, Uint8Array>
  /** The envelope that this node drafted for head + 1 but has not committed yet. */
  readonly draft: Uint8Array | undefined
  /** The draft of the lock that the journal held at the start of this process. */
  readonly lockedDraft: Uint8Array | undefined
}

export interface PendingRegistration {
  readonly registration: NodeRegistration
  readonly hash: Uint8Array
  /** `asked`: its proof is being checked. Only a proven one is vouched for; any body may be included. */
  readonly proof: 'unknown' | 'asked' | 'proven'
}

/** How a reveal is held: node → hash of the content. */
export function revealEntry(bytes: Uint8Array): [string, string] {
  const { nodeId, scope } = decodeReveal(bytes)
  return [toHex(nodeId), toHex(revealHash(scope))]
}

export function indexByNode<T extends { readonly nodeId: Uint8Array }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [toHex(item.nodeId), item]))
}

export function headOf(state: EngineState): number {
  return state.chain.context.window
}

/** Is this node a member that may confirm the window after the head? */
export function isMember(state: EngineState, config: EngineConfig): boolean {
  return memberOf(state.chain, config.selfNodeId, headOf(state) + 1) !== undefined
}
