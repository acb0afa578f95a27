import { encodeProofEvidence } from '@montana/timechain'
import { CatchUp } from '../runtime/catch-up/catch-up.js'
import { PROOF_INVALID } from '../runtime/catch-up/errors.js'
import { windowSource } from '../runtime/catch-up/window-source.js'
import type { IncidentLog } from '../runtime/incident-log.js'
import type { LedgerLinks, LedgerModules } from './modules.js'

/** Brings this node to the head of its peers. */
export function createCatchUp(
  modules: LedgerModules,
  { loop, inbox }: Pick<LedgerLinks, 'loop' | 'inbox'>,
  incidents: IncidentLog,
): CatchUp {
  const { requests, document, config, verifier, authenticator, logger, time, say, record, metrics } = modules
  const { verify } = config
  return new CatchUp({
    loop,
    inbox,
    authenticator,
    logger,
    fetchWindows: windowSource(requests, document.cementingRule),
    proofs: { requests, verifier, policy: verify.kind === 'quorum' ? undefined : verify },
    isSource: (peerId) => requests.isSource(peerId),
    expectedPeers: () => requests.expected(),
    onLie: (peerId, window, detail, evidence) => {
      incidents.note(PROOF_INVALID, peerId, window, evidence && encodeProofEvidence(evidence))
      if (record.noteLie({ code: PROOF_INVALID, peer: peerId, window, detail }))
        metrics.findings.inc({ code: PROOF_INVALID })
      say.misbehaviour(peerId, PROOF_INVALID)
    },
    handsOver: (gap) => modules.handsOver(gap),
    onApplied: () => metrics.caughtUp(1),
    monotonicMs: () => time.monotonicMs(),
  })
}
