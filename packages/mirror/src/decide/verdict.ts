import { formatDuration } from './durations.js'

export type Verdict = 'healthy' | 'unhealthy' | 'unknown'

/** What the primary's provider says of its repository: R of spec repository-mirror 10.1. */
export type Reachability = 'reachable' | 'gone' | 'denied' | 'rate-limited' | 'unreachable'

/** Ages in milliseconds by the observer's clock since it first saw the newest value; null: never seen. Spec 10.1. */
export interface Signals {
  /** C: own repository and fence answered just now; else why not. */
  readonly controlProblem: string | null
  /** L; null also when the fence has no record now. */
  readonly leaseAgeMs: number | null
  /** H of the replica's own copy of the state file. */
  readonly ownHeartbeatAgeMs: number | null
  /** H of the primary's copy; null also when no primary is configured. */
  readonly primaryHeartbeatAgeMs: number | null
  /** R; null when not asked. It explains and decides nothing. */
  readonly primary: Reachability | null
  /** Of the fence record: without it nobody renews, so L says nothing. */
  readonly autoPromote: boolean
}

export interface Finding {
  readonly code: string
  readonly message: string
}

export interface Judgement {
  readonly verdict: Verdict
  readonly findings: readonly Finding[]
  readonly explanation: string
}

const REACHABILITY: Readonly<Record<Reachability, string>> = {
  reachable: 'its repository is reachable',
  gone: 'its repository is gone or hidden',
  denied: 'its repository refuses our token',
  'rate-limited': 'its provider limits our requests',
  unreachable: 'its repository is unreachable',
}

/** Table of spec 10.1, first match. */
export function judge(signals: Signals, stalenessMs: number): Judgement {
  const { controlProblem } = signals
  if (controlProblem !== null) return unknown(`own side cannot be trusted: ${controlProblem}`)
  const isYoung = (ageMs: number | null) => ageMs !== null && ageMs < stalenessMs
  const heartbeats = [signals.ownHeartbeatAgeMs, signals.primaryHeartbeatAgeMs]
  if ([signals.leaseAgeMs, ...heartbeats].some(isYoung)) return healthy(signals, stalenessMs)
  if (signals.autoPromote && signals.leaseAgeMs === null) return unknown('the fence has no record')
  if (heartbeats.every((ageMs) => ageMs === null)) return unknown('no heartbeat was ever seen')
  return { verdict: 'unhealthy', findings: [], explanation: silence(signals) }
}

function healthy(signals: Signals, stalenessMs: number): Judgement {
  const { leaseAgeMs, ownHeartbeatAgeMs, primaryHeartbeatAgeMs, autoPromote } = signals
  const isOld = (ageMs: number | null) => ageMs !== null && ageMs >= stalenessMs
  const findings: Finding[] = []
  if (isOld(ownHeartbeatAgeMs)) {
    const message = `the heartbeat in the own copy is ${formatDuration(ownHeartbeatAgeMs)} old, but the primary lives`
    findings.push({ code: 'replication-stalled', message })
  }
  if (autoPromote && isOld(leaseAgeMs)) {
    const message = `heartbeats are young, but the fence was not renewed for ${formatDuration(leaseAgeMs)}`
    findings.push({ code: 'acting-without-permit', message })
  }
  const ages = [leaseAgeMs, ownHeartbeatAgeMs, primaryHeartbeatAgeMs].filter((ageMs) => ageMs !== null)
  return { verdict: 'healthy', findings, explanation: `last sign of life ${formatDuration(Math.min(...ages))} ago` }
}

function unknown(explanation: string): Judgement {
  return { verdict: 'unknown', findings: [], explanation }
}

function silence({ leaseAgeMs, ownHeartbeatAgeMs, primaryHeartbeatAgeMs, primary }: Signals): string {
  const heartbeats = [ownHeartbeatAgeMs, primaryHeartbeatAgeMs].filter((ageMs) => ageMs !== null)
  const parts = [`no tick for ${formatDuration(Math.min(...heartbeats))}`]
  if (leaseAgeMs !== null) parts.push(`no renewal for ${formatDuration(leaseAgeMs)}`)
  if (primary !== null) parts.push(REACHABILITY[primary])
  return parts.join(', ')
}
