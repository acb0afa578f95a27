import type { WitnessSettings } from './api.js'
import { EVIDENCE_MS } from './constants.js'
import { silenceMs } from './liveness.js'
import type { WitnessKnowledge } from './state.js'
import type { View } from './view.js'

/**
 * Whether everybody who can be asked was asked after the candidacy was made known, and within the last second: every
 * visible peer (D6), and the witnesses, post before read (S2, S3). Null: yes; else what is missing.
 */
export function missingEvidence(view: View, policy: string, candidateSinceMs: number): string | null {
  const sinceMs = Math.max(candidateSinceMs, view.nowMs - EVIDENCE_MS)
  return missingPeer(view, policy, sinceMs) ?? missingWitness(view, candidateSinceMs, sinceMs)
}

function missingPeer(view: View, policy: string, sinceMs: number): string | null {
  const candidacy = view.state.policies[policy]?.candidacies ?? 0
  const missing = Object.entries(view.state.hosts).find(([host, known]) => {
    const life = view.lives[host]
    if (!life?.isVisible || !life.isReachable) return false
    const hasAnswered = known.answeredSentMs >= sinceMs && (known.noted[policy] ?? 0) >= candidacy
    return !hasAnswered && known.relayedSentMs < sinceMs
  })
  return missing ? `peer ${missing[0]}` : null
}

function missingWitness(view: View, candidateSinceMs: number, sinceMs: number): string | null {
  const { settings, nowMs, until } = view
  const isNeeded = needsQuorum(view)
  const isSlowNeeded = isNeeded && until.fastQuorumMs <= nowMs
  const known = (name: string) => view.state.witnesses[name]
  const isAsked = (w: WitnessSettings) =>
    isRoundDone(known(w.name), candidateSinceMs, w.isSlow ? nowMs - w.windowMs : sinceMs)
  const asked = settings.witnesses.filter((witness) => (isSlowNeeded || !witness.isSlow) && isAsked(witness))
  if (isNeeded && asked.length < settings.witnessQuorum) return 'quorum of witnesses'
  const late = settings.witnesses.find((w) => !w.isSlow && isExpected(view, known(w.name)) && !isAsked(w))
  return late ? `witness ${late.name}` : null
}

/** Not with a majority visible, unless the quorum is asked for always; never where there are no witnesses. */
function needsQuorum({ settings, standing }: View): boolean {
  const isAlways = settings.coordinator.kind === 'chain' && settings.coordinator.witnessQuorumFor === 'always'
  return settings.witnesses.length > 0 && (isAlways || standing !== 'majority')
}

/** S2, S5: read after the acknowledgement of a post that was sent as candidate, at a witness that counts. */
function isRoundDone(known: WitnessKnowledge | undefined, candidateSinceMs: number, sinceMs: number): boolean {
  if (!known?.read?.isCounted) return false
  return known.read.afterPostSentMs >= candidateSinceMs && known.read.sentMs >= sinceMs
}

/** It answered within the silence that is death, so it is asked again before anything is concluded without it. */
function isExpected(view: View, known: WitnessKnowledge | undefined): boolean {
  const isRestarted = known?.read?.isCounted === false
  return known !== undefined && !isRestarted && view.nowMs - known.answeredSentMs < silenceMs(view.settings)
}
