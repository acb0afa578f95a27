import { type ChainState, roundHolder, windowWeights } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import { isActive, type NodeRecord } from '@montana/ledger'
import type { ReadModules } from './modules.js'
import { recordsOf } from './nodes.js'

const DISTRIBUTION_MAX = 200
const SLOTS_SHOWN = 16
const PERMILLE = 1_000

/** `/api/consensus`: who decides the current window, by the rules in force. */
export function consensus(modules: ReadModules): unknown {
  const { chain, vote, confirmations } = modules.state()
  const { document } = modules
  const names = modules.names()
  const window = chain.context.window + 1
  const { active: total, quorum } = windowWeights(chain)
  const members = activeMembers(chain)
  const shown = members.slice(0, DISTRIBUTION_MAX)
  const heard = confirmations.get(window)
  const holder = roundHolder(modules.rule(), chain, Math.max(1, vote.round))
  return {
    ...{ window, proposer_rule: document.proposerRule, cementing_rule: document.cementingRule },
    ...{ active_nodes: members.length, total_chain_length: total, quorum, round: vote.round },
    proposer: holder ? names(holder) : null,
    slots: modules
      .rule()
      .fallbackList(chain)
      .slice(0, SLOTS_SHOWN)
      .map((nodeId) => names(nodeId)),
    distribution: shown.map(({ nodeId, chainLength: weight }) => {
      const share_permille = total === 0 ? 0 : Math.floor((weight / total) * PERMILLE)
      return { ...names(nodeId), weight, share_permille, confirmed: heard?.has(toHex(nodeId)) ?? false }
    }),
    others: othersOf(members.slice(DISTRIBUTION_MAX)),
  }
}

/** Sorted once per state, however many ask. */
const known = new WeakMap<ChainState, readonly NodeRecord[]>()

/** The heaviest first. */
function activeMembers(chain: ChainState): readonly NodeRecord[] {
  const before = known.get(chain)
  if (before) return before
  const { tables, params, context } = chain
  const active = recordsOf(tables.nodes).filter((node) => isActive(node, context.window + 1, params.tau2Windows))
  const members = active.sort((a, b) => b.chainLength - a.chainLength)
  known.set(chain, members)
  return members
}

function othersOf(others: readonly NodeRecord[]) {
  return { nodes: others.length, weight: others.reduce((sum, { chainLength }) => sum + chainLength, 0) }
}
