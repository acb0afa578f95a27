import { bytesEqual, compareBytes, concatBytes, toHex } from '@montana/foundation'
import { isActive } from '@montana/ledger'
import { memberOf } from '../chain-state.js'
import { CONFIRMATION_HASHES_MAX, CONFIRMATION_OPS_LISTED_MAX } from '../constants.js'
import { listableReveals, nextReveal } from '../lottery/candidates.js'
import { bundleHash, confirmationScope, decodeConfirmation } from '../objects/confirmation.js'
import { revealHash, revealScope } from '../objects/reveal.js'
import { listableOps } from './admission.js'
import type { SignedEvent } from './events.js'
import { type Run, withEntry } from './run.js'
import { headOf, revealEntry } from './state.js'

/** When this node may publish for head + 1, monotonic ms: pacing of spec protocol 4.5. */
export function publishAtMs(run: Run): number {
  return run.state.appliedAtMs + run.config.minWindowMs
}

/** Publishes what is due for head + 1, the reveal first; ripens the confirmation when more became listable. */
export function publishOwn(run: Run): void {
  const { state, config, nowMs } = run
  const window = headOf(state) + 1
  const self = memberOf(state.chain, config.selfNodeId, window)
  if (!self || !state.clockValue || nowMs < publishAtMs(run)) return
  const active = isActive(self, window, state.chain.params.tau2Windows)
  if (active && !state.own.reveals.has(window)) signReveal(run, state.clockValue)
  signConfirmation(run, state.clockValue)
}

function signReveal(run: Run, clockValue: Uint8Array): void {
  const { chain } = run.state
  const window = headOf(run.state) + 1
  const self = memberOf(chain, run.config.selfNodeId, window)
  if (!self) return
  const expected = nextReveal(chain, self, clockValue)
  if (expected.ticket >= chain.context.target) return
  run.sign({ kind: 'reveal', window, scope: revealScope({ nodeId: self.nodeId, window, endpoint: expected.endpoint }) })
}

/** Signs BC(W) once, and again whenever it can list more: "ripening", spec protocol 8.2. What was listed stays listed. */
function signConfirmation(run: Run, clockValue: Uint8Array): void {
  const { chain, reveals, own } = run.state
  const window = headOf(run.state) + 1
  const published = own.confirmations.get(window)
  // A clock that is right only now must not make a second statement: two endpoints convict their signer (8.2).
  if (published && !bytesEqual(published.endpoint, clockValue)) return
  const held = new Set(reveals.get(window - 1)?.values())
  const revealHashes = union(listableReveals(chain, held), published?.revealHashes ?? [], CONFIRMATION_HASHES_MAX)
  const opHashes = union(listableOps(run), published?.opHashes ?? [], CONFIRMATION_OPS_LISTED_MAX)
  const listed = (published?.revealHashes.length ?? -1) + (published?.opHashes.length ?? 0)
  if (revealHashes.length + opHashes.length <= listed) return
  const fields = { nodeId: run.config.selfNodeId, endpoint: clockValue, window, opHashes, revealHashes }
  run.sign({ kind: 'confirmation', window, scope: confirmationScope(fields) })
}

/** Both lists without repetition, ascending, at most `max`; what was published stays. */
function union(hashes: readonly Uint8Array[], published: readonly Uint8Array[], max: number): Uint8Array[] {
  const listed = new Set(published.map(toHex))
  const added = hashes.filter((hash) => !listed.has(toHex(hash)))
  return [...published, ...added].slice(0, max).sort(compareBytes)
}

/** A signature came back: keep, journal, send. A window that closed meanwhile needs it no more. */
export function publishReveal(run: Run, event: SignedEvent): void {
  const { state } = run
  const { window, scope } = event
  if (window !== headOf(state) + 1 || state.halted) return
  const bytes = concatBytes(scope, event.signature)
  const hash = revealHash(scope)
  const held = new Map(state.reveals.get(window)).set(...revealEntry(bytes))
  run.update({
    own: { ...state.own, reveals: withEntry(state.own.reveals, window, bytes) },
    reveals: withEntry(state.reveals, window, held),
  })
  run.emit({ type: 'journal', entry: { window, kind: 'reveal', round: 0, phase: 0, hash, bytes } })
  run.emit({ type: 'broadcast', message: { kind: 'reveal', window, payload: bytes } })
}

export function publishConfirmation(run: Run, event: SignedEvent): void {
  const { state } = run
  const { window } = event
  if (window !== headOf(state) + 1 || state.halted) return
  const confirmation = decodeConfirmation(concatBytes(event.scope, event.signature))
  const { bytes } = confirmation
  const pool = withEntry(state.confirmations.get(window) ?? new Map(), toHex(confirmation.nodeId), confirmation)
  run.update({
    own: { ...state.own, confirmations: withEntry(state.own.confirmations, window, confirmation) },
    confirmations: withEntry(state.confirmations, window, pool),
  })
  const hash = bundleHash(confirmation.scope)
  run.emit({ type: 'journal', entry: { window, kind: 'confirmation', round: 0, phase: 0, hash, bytes } })
  run.emit({ type: 'broadcast', message: { kind: 'confirmation', window, payload: bytes } })
}
