import { bytesEqual } from '@montana/foundation'
import type { ChainState } from '../../chain-state.js'
import { canonicalProposer, type ProposerRule } from '../../proposer.js'
import type { Run } from '../run.js'

/** node_id of whoever may propose in a round of head + 1; undefined where nobody may. */
export function roundHolder(rule: ProposerRule, chain: ChainState, round: number): Uint8Array | undefined {
  const list = rule.fallbackList(chain)
  return round < 1 || list.length === 0 ? undefined : canonicalProposer(list, ((round - 1) % list.length) + 1)
}

/** Slot that round ρ belongs to, from 1: spec protocol 11.2 rule 1. Undefined where nobody may propose. */
export function slotOfRound(run: Run, round: number): number | undefined {
  const { length } = run.config.rule.fallbackList(run.state.chain)
  return round < 1 || length === 0 ? undefined : ((round - 1) % length) + 1
}

/** node_id of the slot holder of a round of head + 1. */
export function holderOfRound(run: Run, round: number): Uint8Array | undefined {
  return roundHolder(run.config.rule, run.state.chain, round)
}

export function holdsRound(run: Run, round: number): boolean {
  const holder = holderOfRound(run, round)
  return holder !== undefined && bytesEqual(holder, run.config.selfNodeId)
}
