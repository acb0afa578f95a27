import { toHex } from '@montana/foundation'
import { EvidenceDesk } from '../runtime/evidence-desk.js'
import { Inbox } from '../runtime/inbox.js'
import { IncidentLog } from '../runtime/incident-log.js'
import type { MessageKind } from '../runtime/message-guard.js'
import { isMisbehaviour } from '../runtime/misbehaviour.js'
import type { LedgerLinks, LedgerModules } from './modules.js'

/** Counts what peers did wrong. */
export function createIncidents({ store, disk, time, logger, metrics }: LedgerModules): IncidentLog {
  return new IncidentLog({ store, disk, time, logger, onIncident: (code) => metrics.incidents.inc({ code }) })
}

/** Where everything that peers say comes in. */
export function createInbox(modules: LedgerModules, links: LedgerLinks, incidents: IncidentLog): Inbox {
  const { authenticator, metrics, say } = modules
  return new Inbox({
    loop: links.loop,
    authenticator,
    onBehind: (peerId, window) => links.noteBehind(peerId, window),
    onOutcome: (kind, peerId, outcome) => {
      metrics.messages.inc({ kind, outcome })
      if (kind === 'confirmation') metrics.confirmations.inc({ result: outcome })
      const code = incidentOf(kind, outcome)
      if (code) incidents.note(code, peerId, links.loop.head)
      if (isMisbehaviour(outcome)) say.misbehaviour(peerId, outcome)
    },
  })
}

/** Under which code an outcome is counted; repeated and late confirmations are, although nobody is blamed for them. */
function incidentOf(kind: MessageKind, outcome: string): string | undefined {
  if (isMisbehaviour(outcome)) return outcome
  if (kind !== 'confirmation') return undefined
  if (outcome === 'stale') return 'StaleConfirmation'
  return outcome === 'duplicate' ? 'DuplicateConfirmation' : undefined
}

/** Keeps contradictions, and tells of those that a peer has shown. */
export function createEvidenceDesk(modules: LedgerModules, links: LedgerLinks): EvidenceDesk {
  const { store, disk, authenticator, say, record, metrics, logger } = modules
  return new EvidenceDesk({
    store,
    disk,
    authenticator,
    state: () => links.loop.state,
    broadcast: say.evidence,
    onKept: (kind) => metrics.equivocations.inc({ kind }),
    onNew: ({ kind, code, window, nodeId }) => {
      const detail = `node ${toHex(nodeId).slice(0, 16)}, shown by a peer`
      record.noteFinding({ code, window, detail })
      metrics.findings.inc({ code })
      logger.error({ code, window, detail }, 'finding')
      if (kind === 'header') links.loop.dispatch({ type: 'disputed', window, proposerNodeId: nodeId })
    },
  })
}
