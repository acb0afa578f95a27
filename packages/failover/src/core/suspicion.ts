import type { CoreSettings } from './api.js'
import { CONFIRM_EVERY_MS, EVIDENCE_MS, TURN_MS } from './constants.js'
import { withHost } from './knowledge.js'
import type { CoreState, HostKnowledge } from './state.js'
import type { Effect } from './types.js'
import type { View } from './view.js'

/**
 * Whom to ask the peers about now: every suspect, from the first miss on, as often as its profile says; whoever is dead,
 * at the pace of probes, because it may live behind two relays; all of them while this host acts or is a candidate, which
 * needs them for its standing and as evidence. Spec 5.3.
 */
export function confirmSuspects(view: View): { state: CoreState; effects: readonly Effect[] } {
  const isPressing = Object.values(view.state.policies).some(
    ({ tenure, candidateSinceMs }) => tenure.phase === 'acting' || candidateSinceMs !== null,
  )
  const due = Object.entries(view.state.hosts).flatMap(([host, known]) =>
    isDue(view, host, known, isPressing) ? [host] : [],
  )
  if (due.length === 0) return { state: view.state, effects: [] }
  const state = due.reduce((next, host) => withHost(next, host, { askedAboutMs: view.nowMs }), view.state)
  return { state, effects: [{ kind: 'confirm', hosts: due }] }
}

function isDue(view: View, host: string, known: HostKnowledge, isPressing: boolean): boolean {
  const { nowMs, settings, lives } = view
  if (known.misses === 0 && (!isPressing || nowMs - known.answeredSentMs < EVIDENCE_MS)) return false
  const isLiving = lives[host]?.isAlive ?? false
  const everyMs = isLiving || isPressing ? livingEveryMs(settings) : settings.timing.intervalMs
  return nowMs - known.askedAboutMs >= everyMs
}

function livingEveryMs({ timing }: CoreSettings): number {
  return timing.isBurst ? TURN_MS : CONFIRM_EVERY_MS
}
