import { toHex } from '@montana/foundation'
import type { GenesisDocument } from '@montana/ledger'
import type { ChainState } from './chain-state.js'
import { FALLBACK_CANDIDATES_MAX, FALLBACK_SLOTS_MAX, ZERO_HASH } from './constants.js'
import type { ConsensusContext } from './context.js'

/** Nobody: what the fallback list answers outside its length. */
export const NO_PROPOSER = ZERO_HASH

/** The rules of a network, hash-bound in its genesis. A rule set is looked up once, when the engine is made. */
export interface ProposerRule {
  /** F(W) for W = head + 1: spec protocol 9.3. */
  fallbackList(state: ChainState): readonly Uint8Array[]
}

const bootstrapRule: ProposerRule = { fallbackList: (state) => [state.context.bootstrapNodeId] }

/**
 * The candidates of W−2 in lottery order, then the bootstrap operator, then whoever confirmed last. The context of
 * S_{W−1} carries all of it, so a node that has just restarted or joined knows the list.
 */
const rotationRule: ProposerRule = {
  fallbackList: ({ context }) => {
    const before = rotations.get(context)
    if (before) return before
    const list = rotation(context)
    rotations.set(context, list)
    return list
  },
}

/** A context never changes, and every message of a vote asks whose turn it is. */
const rotations = new WeakMap<ConsensusContext, readonly Uint8Array[]>()

function rotation(context: ConsensusContext): Uint8Array[] {
  const candidates = context.candidates.slice(0, FALLBACK_CANDIDATES_MAX).map(({ nodeId }) => nodeId)
  const slots = [...candidates, context.bootstrapNodeId]
  const listed = new Set(slots.map(toHex))
  const confirmers = context.evidenceSigners.filter((nodeId) => !listed.has(toHex(nodeId)))
  return [...slots, ...confirmers].slice(0, FALLBACK_SLOTS_MAX)
}

export function proposerRule(document: Pick<GenesisDocument, 'proposerRule'>): ProposerRule {
  return document.proposerRule === 'bootstrap' ? bootstrapRule : rotationRule
}

/** canonical(W, δ): the node that fills slot `depth`, from 1. */
export function canonicalProposer(list: readonly Uint8Array[], depth: number): Uint8Array {
  return list[depth - 1] ?? NO_PROPOSER
}
