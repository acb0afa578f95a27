import type { GenesisDocument } from '@montana/ledger'
import type { ChainState } from './chain-state.js'
import { ZERO_HASH } from './constants.js'
import { ConsensusError } from './errors.js'

/** Nobody: what the fallback list answers outside its length. */
export const NO_PROPOSER = ZERO_HASH

/** The rules of a network, hash-bound in its genesis. A rule set is looked up once, when the engine is made. */
export interface ProposerRule {
  /** F(W) for W = head + 1: spec protocol 9.3. */
  fallbackList(state: ChainState): readonly Uint8Array[]
}

const bootstrapRule: ProposerRule = { fallbackList: (state) => [state.context.bootstrapNodeId] }

export function proposerRule(document: GenesisDocument): ProposerRule {
  if (document.proposerRule === 'bootstrap') return bootstrapRule
  throw new ConsensusError(
    'RULE_UNSUPPORTED',
    `proposer rule '${document.proposerRule}' is not supported by this build`,
  )
}

/** canonical(W, δ): the node that fills slot `depth`, from 1. */
export function canonicalProposer(list: readonly Uint8Array[], depth: number): Uint8Array {
  return list[depth - 1] ?? NO_PROPOSER
}
