import type { HistoryLog } from '../agent/ports.js'
import type { GroupConfig } from '../config/types.js'
import type { PolicyDecision } from '../core/api.js'
import type { Mode } from '../core/types.js'
import { HISTORY_MAX_RECORDS } from '../history/history-file.js'
import { type Incident, incidents } from '../history/incidents.js'
import { effectsOf } from '../runner/environment.js'

/** Every time that two hosts acted at once, as the records of all hosts tell. */
export function incidentsIn(
  config: GroupConfig,
  decisions: () => readonly PolicyDecision[],
  history: Pick<HistoryLog, 'latest'>,
): Incident[] {
  const services = Object.values(config.services)
  const unfencedIn = (policy: string, mode: Mode) => {
    const standing = mode === 'SURVIVOR' ? 'minority' : mode === 'ISOLATED' ? 'none' : 'majority'
    const allowed = services.filter((service) => service.policy === policy).map((s) => effectsOf({ mode, standing }, s))
    return allowed.includes('all') ? 'all' : allowed.includes('idempotent') ? 'idempotent' : 'none'
  }
  const actsNow = (policy: string, host: string) =>
    decisions().some((decision) => decision.policy === policy && decision.leader?.host === host)
  return incidents(history.latest(null, HISTORY_MAX_RECORDS), unfencedIn, actsNow, Date.now())
}
