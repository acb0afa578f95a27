import { bytesEqual, concatBytes } from '@montana/foundation'
import { noticeHeader } from '../draft.js'
import { headerScope } from '../objects/header.js'
import { canonicalProposer } from '../proposer.js'
import { draftWhenReady } from './draft.js'
import type { SignedEvent } from './events.js'
import type { Run } from './run.js'
import { headOf } from './state.js'
import { slotOfRound } from './vote/slot.js'

/** The only slot of a network that cements by evidence. */
const ONLY_DEPTH = 1

/** The slot (depth) that is this node's turn now; undefined when it is somebody else's. */
export function ownTurn(run: Run): number | undefined {
  const { cementing, rule, selfNodeId } = run.config
  const slot = cementing === 'vote' ? slotOfRound(run, run.state.vote.round) : ONLY_DEPTH
  if (slot === undefined) return undefined
  return bytesEqual(canonicalProposer(rule.fallbackList(run.state.chain), slot), selfNodeId) ? slot : undefined
}

/** Rule `evidence`: the bootstrap operator drafts, and its draft is cemented on the spot. */
export function proposeByEvidence(run: Run): void {
  const depth = ownTurn(run)
  if (depth !== undefined) draftWhenReady(run, depth)
}

/** Asks the members again for their confirmations while the window stands still. */
export function signNotice(run: Run): void {
  const { state, config } = run
  const depth = ownTurn(run)
  if (!state.clockValue || state.own.draft || depth === undefined) return
  const input = { proposerNodeId: config.selfNodeId, timechainValue: state.clockValue, fallbackDepth: depth }
  const scope = headerScope(noticeHeader(state.chain, input))
  run.sign({ kind: 'notice', window: headOf(state) + 1, scope })
}

export function publishNotice(run: Run, event: SignedEvent): void {
  if (event.window !== headOf(run.state) + 1) return
  const payload = concatBytes(event.scope, event.signature)
  run.emit({ type: 'broadcast', message: { kind: 'proposal', window: event.window, payload } })
}
