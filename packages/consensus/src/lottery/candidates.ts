import { compareBytes, toHex } from '@montana/foundation'
import { isActive, type NodeRecord } from '@montana/ledger'
import { type ChainState, windowWeights } from '../chain-state.js'
import { CONFIRMATION_HASHES_MAX } from '../constants.js'
import type { Candidate } from '../context.js'
import type { Confirmation } from '../objects/confirmation.js'
import { revealHash, revealScope } from '../objects/reveal.js'
import { lotteryEndpoint, lotteryTicket, ticketWeight } from './ticket.js'

/** What a node's reveal for one window is bound to be; nobody needs to have seen it. */
export interface ExpectedReveal extends Candidate {
  readonly endpoint: Uint8Array
  readonly hash: Uint8Array
}

/** The order of C(w): ticket, then node_id byte-lexicographically; every entry is of class Node (spec protocol 6.4). */
export function compareCandidates(a: Candidate, b: Candidate): number {
  if (a.ticket !== b.ticket) return a.ticket < b.ticket ? -1 : 1
  return compareBytes(a.nodeId, b.nodeId)
}

/** A state never changes, so its tickets are drawn once, and not again with every message. */
const known = new WeakMap<ChainState, readonly ExpectedReveal[]>()

/**
 * The reveals that BC(W) may list, W = head + 1: those of window W−1 by members that were admitted before it, are
 * active at W and drew a ticket below the target, all under S_{W−1}. First line of R in spec protocol 6.4.
 */
export function eligibleReveals(state: ChainState): readonly ExpectedReveal[] {
  const before = known.get(state)
  if (before) return before
  const reveals = drawReveals(state)
  known.set(state, reveals)
  return reveals
}

function drawReveals(state: ChainState): ExpectedReveal[] {
  const { context, params, tables } = state
  const revealWindow = context.window
  if (revealWindow === 0) return []
  return [...tables.nodes.entries()]
    .filter((node) => node.startWindow < revealWindow && isActive(node, revealWindow + 1, params.tau2Windows))
    .map((node) => expectedReveal(node, revealWindow, context.timechainValue, context.aggregatePrev2))
    .filter((reveal) => reveal.ticket < context.target)
}

/** The reveal that `node` is bound to make for W = head + 1, once T_r(W) is known. */
export function nextReveal(state: ChainState, node: NodeRecord, timechainValue: Uint8Array): ExpectedReveal {
  return expectedReveal(node, state.context.window + 1, timechainValue, state.context.aggregatePrev1)
}

function expectedReveal(
  node: NodeRecord,
  window: number,
  timechainValue: Uint8Array,
  aggregate: Uint8Array,
): ExpectedReveal {
  const endpoint = lotteryEndpoint({ timechainValue, aggregate, nodeId: node.nodeId, window })
  const weight = ticketWeight(BigInt(node.chainLength), BigInt(node.chainLengthSnapshot))
  const hash = revealHash(revealScope({ nodeId: node.nodeId, window, endpoint }))
  return { nodeId: node.nodeId, endpoint, hash, ticket: lotteryTicket(endpoint, weight) }
}

/** C(W−1): the eligible reveals that a quorum of the evidence of W lists, in lottery order. */
export function cementedReveals(state: ChainState, evidence: readonly Confirmation[]): ExpectedReveal[] {
  const weights = windowWeights(state)
  const listed = new Map<string, number>()
  for (const { nodeId, revealHashes } of evidence) {
    for (const hash of revealHashes) {
      const key = toHex(hash)
      listed.set(key, (listed.get(key) ?? 0) + weights.of(nodeId))
    }
  }
  return eligibleReveals(state)
    .filter((reveal) => (listed.get(toHex(reveal.hash)) ?? -1) >= weights.quorum)
    .sort(compareCandidates)
}

/** Which of the reveals at hand a confirmation lists: the first 256 in lottery order, written ascending by hash. */
export function listableReveals(state: ChainState, held: ReadonlySet<string>): Uint8Array[] {
  return eligibleReveals(state)
    .filter((reveal) => held.has(toHex(reveal.hash)))
    .sort(compareCandidates)
    .slice(0, CONFIRMATION_HASHES_MAX)
    .map((reveal) => reveal.hash)
    .sort(compareBytes)
}
