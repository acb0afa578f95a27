import { encodeProofEvidence } from '@montana/timechain'
import { Candidacy } from '../candidate/candidacy.js'
import { WorkCheck } from '../candidate/work-check.js'
import type { IncidentLog } from '../runtime/incident-log.js'
import type { ProofShelf } from '../runtime/proof-shelf.js'
import { Prover } from '../runtime/prover.js'
import type { LedgerLinks, LedgerModules } from './modules.js'

/** Checks clock values of others. */
export function createProver(
  modules: LedgerModules,
  links: LedgerLinks,
  { shelf, incidents }: { shelf: ProofShelf; incidents: IncidentLog },
): Prover {
  const { requests, verifier, logger, clock, say, record, metrics } = modules
  return new Prover({
    requests,
    verifier,
    shelf,
    logger,
    clockRemainingMs: () => clock.remainingMs,
    ahead: (window) => links.catchUp.proofOf(window),
    onVerdict: ({ window, value, policy, isAudit }, verdict) => {
      metrics.proofs.inc({ purpose: isAudit ? 'audit' : 'adopt', verdict })
      record.noteProof(window, verdict, isAudit)
      if (!isAudit) links.loop.dispatch({ type: 'proven', window, value, policy, verdict })
    },
    onChecked: metrics.proofVerified,
    onInvalid: ({ window }, peerId, evidence) => {
      incidents.note('ProofInvalid', peerId, window, evidence && encodeProofEvidence(evidence))
      say.misbehaviour(peerId, 'ProofInvalid')
    },
  })
}

/** Checks the work of candidates. */
export function createWorkCheck({ store, requests, verifier, logger }: LedgerModules, links: LedgerLinks): WorkCheck {
  return new WorkCheck({
    store,
    requests,
    verifier,
    logger,
    chainState: () => links.loop.state.chain,
    onVerdict: (hash, verdict) => links.loop.dispatch({ type: 'candidateVerified', hash, verdict }),
  })
}

/** Does the work of a candidate. */
export function createCandidacy(modules: LedgerModules, links: LedgerLinks): Candidacy {
  const { store, disk, backend, identity, signer, logger, enableCandidate, say, onFatal } = modules
  return new Candidacy({
    store,
    disk,
    backend,
    identity,
    signer,
    logger,
    isEnabled: enableCandidate,
    chainState: () => links.loop.state.chain,
    isSynced: () => links.isSynced,
    broadcast: (bytes) => say.registration(bytes),
    send: (peerId, bytes) => say.registration(bytes, peerId),
    onFatal,
  })
}
