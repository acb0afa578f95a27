import { bytesEqual, toHex } from '@montana/foundation'
import { confirmationFault } from '../acceptance.js'
import { memberOf } from '../chain-state.js'
import { WINDOWS_AHEAD } from '../constants.js'
import type { Confirmation } from '../objects/confirmation.js'
import { type Header, isNotice } from '../objects/header.js'
import type { Reveal } from '../objects/reveal.js'
import { canonicalProposer } from '../proposer.js'
import { proveConfirmed } from './clock.js'
import type { PeerName } from './events.js'
import { reportEquivocation } from './misbehaviour.js'
import { type Run, withEntry } from './run.js'
import { noteOwnEcho } from './silence.js'
import { headOf, revealEntry } from './state.js'

/** Messages of the head (for the next list 1 and late listings) up to two windows beyond are kept: spec protocol 10.3. */
function isWithinReach(run: Run, window: number): boolean {
  const head = headOf(run.state)
  return window >= head && window <= head + WINDOWS_AHEAD
}

/** Holds the reveal's hash. Whether it is the one the node is bound to make shows when it would be listed. */
export function receiveReveal(run: Run, reveal: Reveal): void {
  const { state } = run
  if (!isWithinReach(run, reveal.window) || !memberOf(state.chain, reveal.nodeId, reveal.window)) return
  const held = state.reveals.get(reveal.window) ?? new Map<string, string>()
  if (held.has(toHex(reveal.nodeId))) return
  const grown = withEntry(held, ...revealEntry(reveal.bytes))
  run.update({ reveals: withEntry(state.reveals, reveal.window, grown) })
}

/** Keeps the richest confirmation of each member and window. */
export function receiveConfirmation(run: Run, from: PeerName, confirmation: Confirmation): void {
  const { state } = run
  const { window, endpoint } = confirmation
  if (window > headOf(state) + 1) run.emit({ type: 'behind', from, window })
  if (!isWithinReach(run, window)) return
  const fault = confirmationFault(state.chain, confirmation, endpoint, true)
  if (fault) return run.emit({ type: 'rejected', from, window, code: fault })
  const isOwn = bytesEqual(confirmation.nodeId, run.config.selfNodeId)
  if (isOwn && !state.own.confirmations.has(window)) noteOwnEcho(run, window)
  if (window === headOf(state) + 1) proveConfirmed(run, endpoint)
  const pool = run.state.confirmations.get(window) ?? new Map<string, Confirmation>()
  const known = pool.get(toHex(confirmation.nodeId))
  if (known && !bytesEqual(known.endpoint, endpoint)) return reportConflict(run, known, confirmation)
  if (known && !isRicher(confirmation, known)) return
  const grown = withEntry(pool, toHex(confirmation.nodeId), confirmation)
  run.update({ confirmations: withEntry(run.state.confirmations, window, grown) })
}

function isRicher(candidate: Confirmation, known: Confirmation): boolean {
  const contains = (outer: readonly Uint8Array[], inner: readonly Uint8Array[]) => {
    const set = new Set(outer.map(toHex))
    return inner.every((hash) => set.has(toHex(hash)))
  }
  const size = (c: Confirmation) => c.opHashes.length + c.revealHashes.length
  const superset = contains(candidate.opHashes, known.opHashes) && contains(candidate.revealHashes, known.revealHashes)
  return superset && size(candidate) > size(known)
}

function reportConflict(run: Run, known: Confirmation, other: Confirmation): void {
  const { window, nodeId, bytes: ours } = known
  const code = 'ConflictingConfirmation'
  const detail = 'confirmed two clock values'
  reportEquivocation(run, { kind: 'confirmation', code, window, nodeId, ours, theirs: other.bytes, detail })
}

/** The proposer asks for confirmations: whoever has signed its own sends it again, to the asker only. */
export function receiveNotice(run: Run, from: PeerName, header: Header): void {
  const { state } = run
  if (header.window > headOf(state) + 1) return run.emit({ type: 'behind', from, window: header.window })
  const proposer = canonicalProposer(run.config.rule.fallbackList(state.chain), header.fallbackDepth)
  const own = state.own.confirmations.get(header.window)
  if (!own || !isNotice(header) || !bytesEqual(header.proposerNodeId, proposer)) return
  run.emit({ type: 'send', to: from, message: { kind: 'confirmation', window: header.window, payload: own.bytes } })
}
