import { toHex } from '@montana/foundation'
import { windowWeights } from '../chain-state.js'
import { type Run, withEntry } from './run.js'
import { headOf } from './state.js'

/** Windows beyond the head for which a forgotten signature may exist: spec protocol 16.3. */
const SILENT_WINDOWS = 2

/** A member states its head; only a node that may have forgotten what it signed listens. */
export function receiveStatus(run: Run, nodeId: Uint8Array, window: number): void {
  if (run.state.signFrom !== undefined) return
  run.update({ statedHeads: withEntry(run.state.statedHeads, toHex(nodeId), window) })
}

/**
 * The amnesia rule. Members of quorum weight, this node included, that are not ahead make it synchronised at head h:
 * then it signs from h + 3 on, or at once when the network is at its beginning.
 */
export function endSilence(run: Run): void {
  const { signFrom, statedHeads, chain } = run.state
  if (signFrom !== undefined) return
  const head = headOf(run.state)
  const weights = windowWeights(chain)
  const own = toHex(run.config.selfNodeId)
  let weight = weights.of(run.config.selfNodeId)
  for (const [node, window] of statedHeads) {
    if (node !== own && window <= head) weight += weights.of(new Uint8Array(Buffer.from(node, 'hex')))
  }
  if (weight < weights.quorum) return
  const window = head === 0 ? 1 : head + SILENT_WINDOWS + 1
  run.update({ signFrom: window, statedHeads: new Map() })
  // Steps of the open window that were taken in silence left no vote, and the others may be waiting for just that one.
  if (window <= head + 1) run.updateVote({ round: 0, step: 'propose' })
  run.emit({ type: 'signFrom', window })
}

/**
 * Something that this node's own key signed came back, and the journal does not know it: an older copy of the store was
 * put in place. Nobody else can make such a message, so the node falls silent as after a loss.
 */
export function noteOwnEcho(run: Run, window: number): void {
  const { signFrom, halted } = run.state
  const head = headOf(run.state)
  const until = Math.max(window, head) + SILENT_WINDOWS + 1
  if (window <= head || halted || signFrom === undefined || signFrom >= until) return
  run.update({ signFrom: until })
  run.emit({ type: 'signFrom', window: until })
  const detail = `signed for window ${window} before; silent until window ${until}`
  run.emit({ type: 'finding', code: 'JournalBehind', window, detail })
}
