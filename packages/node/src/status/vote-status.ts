import { type EngineState, headOf, type ProposerRule, roundHolder } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import { isActive, type NodeRecord } from '@montana/ledger'
import type { PeerSnapshot } from '@montana/network'
import type { NodeStatus } from './schema.js'

/** Names are for people; a mesh that waits for more than these has other troubles. */
const NAMES_SHOWN = 16
const SHORT_ID = 16

export interface VoteFacts {
  readonly rules: { readonly proposer: string; readonly cementing: string }
  readonly rule: ProposerRule
  readonly state: EngineState
  readonly self: { readonly nodeId: Uint8Array; readonly label: string }
  readonly peers: readonly PeerSnapshot[]
}

/** Where the vote on the open window stands, and for whom it waits. */
export function voteStatus(facts: VoteFacts): NodeStatus['vote'] {
  const { rules, rule, state } = facts
  const { chain, vote, signFrom } = state
  const holder = roundHolder(rule, chain, Math.max(1, vote.round))
  const proposer = holder && chain.tables.nodes.get(holder)
  return {
    rule: `${rules.proposer} + ${rules.cementing}`,
    round: vote.round,
    sign_from: signFrom ?? null,
    proposer: proposer ? nameOf(facts, proposer) : null,
    waits_for: unheard(state)
      .slice(0, NAMES_SHOWN)
      .map((member) => nameOf(facts, member)),
  }
}

/** Active members whose confirmation of the open window is not here. */
function unheard(state: EngineState): NodeRecord[] {
  const { chain } = state
  const window = headOf(state) + 1
  const heard = state.confirmations.get(window)
  const isCounted = (node: NodeRecord) => isActive(node, window, chain.params.tau2Windows) && node.startWindow < window
  return [...chain.tables.nodes.entries()].filter((node) => isCounted(node) && !heard?.has(toHex(node.nodeId)))
}

/** The label of the manifest, where it has one. */
function nameOf({ self, peers }: VoteFacts, { nodeId }: NodeRecord): string {
  const id = toHex(nodeId)
  if (id === toHex(self.nodeId)) return self.label
  return peers.find(({ nodeIdHex }) => nodeIdHex === id)?.label ?? id.slice(0, SHORT_ID)
}
