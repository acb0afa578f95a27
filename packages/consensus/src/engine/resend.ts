import { RESEND_INTERVAL_MS } from '../constants.js'
import type { OutgoingMessage } from './effects.js'
import type { PeerName } from './events.js'
import { signNotice } from './propose.js'
import type { Run } from './run.js'
import { headOf, isMember } from './state.js'
import { voteMessages } from './vote/resend.js'

/**
 * Without re-sending, one lost message stops a network for good: a member that died between commit and broadcast holds
 * the only copy of a window (spec protocol 10.3).
 */
export function ownMessages(run: Run): OutgoingMessage[] {
  const { state } = run
  const head = headOf(state)
  const messages: OutgoingMessage[] = []
  if (state.headEnvelope) messages.push({ kind: 'proposal', window: head, payload: state.headEnvelope.bytes })
  if (run.config.cementing === 'vote') messages.push(...voteMessages(run))
  else
    for (const payload of state.own.votes.get(head)?.values() ?? [])
      messages.push({ kind: 'vote', window: head, payload })
  for (const window of [head, head + 1]) {
    const reveal = state.own.reveals.get(window)
    if (reveal) messages.push({ kind: 'reveal', window, payload: reveal })
  }
  const confirmation = state.own.confirmations.get(head + 1)
  if (confirmation) messages.push({ kind: 'confirmation', window: head + 1, payload: confirmation.bytes })
  return messages
}

export function resendTo(run: Run, peer: PeerName): void {
  if (!isMember(run.state, run.config)) return
  for (const message of ownMessages(run)) run.emit({ type: 'send', to: peer, message })
}

/** To everybody, every 10 s while the head stands still. */
export function resendWhenDue(run: Run): void {
  if (!isMember(run.state, run.config) || run.nowMs < run.state.resentAtMs + RESEND_INTERVAL_MS) return
  run.update({ resentAtMs: run.nowMs })
  for (const message of ownMessages(run)) run.emit({ type: 'broadcast', message })
  signNotice(run)
}
