import type { RandomSource } from '@montana/foundation'
import { toHex } from '@montana/foundation'
import type { GenesisDocument } from '@montana/ledger'
import type { AuthenticatedEnvelope } from '../acceptance.js'
import { type ChainState, memberOf, type WindowWeights } from '../chain-state.js'
import type { Confirmation } from '../objects/confirmation.js'
import { decodeConfirmation } from '../objects/confirmation.js'
import { decodeEnvelope, type Envelope } from '../objects/envelope.js'
import { decodeReveal, revealHash } from '../objects/reveal.js'
import type { CementVote } from '../objects/vote.js'
import { type ProposerRule, proposerRule } from '../proposer.js'
import type { JournalEntry } from './effects.js'
import type { PeerName } from './events.js'

/** How a timechain value is treated that this node has not computed yet: spec protocol 13.3. */
export type VerifyPolicy = { kind: 'full' } | { kind: 'sample'; segments: number } | { kind: 'quorum' }

export interface EngineConfig {
  readonly genesisHash: Uint8Array
  readonly rule: ProposerRule
  readonly selfNodeId: Uint8Array
  readonly minWindowMs: number
  readonly verify: VerifyPolicy
  readonly random: RandomSource
}

export function engineConfig(document: GenesisDocument, init: Omit<EngineConfig, 'rule'>): EngineConfig {
  return { ...init, rule: proposerRule(document) }
}

/** An envelope that passed every check but waits for the own clock: by policy, or because the two disagree. */
export interface HeldEnvelope {
  readonly candidate: AuthenticatedEnvelope
  readonly from: PeerName
  readonly reason: 'policy' | 'disagreement'
}

type ByWindow<T> = ReadonlyMap<number, T>
type ByNode<T> = ReadonlyMap<string, T>

/**
 * Everything the engine knows. Immutable: a step makes a new one. Message pools hold members' messages only, one per
 * node and window, for the head and at most two windows beyond, so their size is bounded by the table.
 */
export interface EngineState {
  readonly chain: ChainState
  readonly headEnvelope: Envelope | undefined
  /** value(w) of recent cemented windows, to compare attestations with; hex. */
  readonly values: ByWindow<RecentWindow>
  /** T_r(head + 1) once computed here. */
  readonly clockValue: Uint8Array | undefined
  readonly appliedAtMs: number
  readonly periodMs: number
  readonly confirmations: ByWindow<ByNode<Confirmation>>
  /** Hex hashes of the reveals held; the first of a node counts, so nobody can crowd out another. */
  readonly reveals: ByWindow<ByNode<string>>
  readonly votes: ByWindow<ByNode<CementVote>>
  readonly own: OwnMessages
  /** `kind:window` of signatures being made. */
  readonly signing: ReadonlySet<string>
  readonly held: HeldEnvelope | undefined
  readonly quorumAtMs: number | undefined
  readonly resentAtMs: number
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
  readonly votes: ByWindow<Uint8Array>
  /** The envelope that this node drafted for head + 1 but has not committed yet. */
  readonly draft: Uint8Array | undefined
}

export interface Restored {
  readonly chain: ChainState
  /** Stored envelope of the head, absent at genesis. */
  readonly headEnvelope: Uint8Array | undefined
  readonly recent: ReadonlyMap<number, RecentWindow>
  /** Journal entries of the head and later. */
  readonly journal: readonly JournalEntry[]
}

/** The state of a process that has just started over what its store holds. */
export function restoreState(restored: Restored, nowMs: number): EngineState {
  const { chain, recent } = restored
  const headEnvelope = restored.headEnvelope && decodeEnvelope(restored.headEnvelope)
  const own = restoreOwn(restored.journal, chain.context.window)
  const head = chain.context.window
  const ownReveals = [...own.reveals].map(([window, bytes]) => [window, new Map([revealEntry(bytes)])] as const)
  return {
    chain,
    headEnvelope,
    values: recent,
    clockValue: undefined,
    appliedAtMs: nowMs,
    periodMs: 0,
    confirmations: restorePool(own, head, headEnvelope?.evidence ?? []),
    reveals: new Map(ownReveals),
    votes: new Map(),
    own,
    signing: new Set(),
    held: undefined,
    quorumAtMs: undefined,
    resentAtMs: nowMs,
    halted: undefined,
  }
}

function restoreOwn(journal: readonly JournalEntry[], head: number): OwnMessages {
  const of = (kind: JournalEntry['kind']) => journal.filter((entry) => entry.kind === kind)
  const bytes = (kind: JournalEntry['kind']) => new Map(of(kind).map((entry) => [entry.window, entry.bytes] as const))
  const confirmations = of('confirmation').map((entry) => [entry.window, decodeConfirmation(entry.bytes)] as const)
  const draft = of('header').find((entry) => entry.window === head + 1)?.bytes
  return { reveals: bytes('reveal'), confirmations: new Map(confirmations), votes: bytes('vote'), draft }
}

/** Own confirmations, and for the head also its evidence, all of which the next draft must credit. */
function restorePool(
  own: OwnMessages,
  head: number,
  evidence: readonly Confirmation[],
): ByWindow<ByNode<Confirmation>> {
  const pool = new Map([...own.confirmations].map(([window, own]) => [window, indexByNode([own])] as const))
  return pool.set(head, new Map([...(pool.get(head) ?? []), ...indexByNode(evidence)]))
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
