import type { FenceRecord } from '../contracts/fence.js'
import { sentinelObstacle } from './fence-promotion.js'
import { type Recalled, recall, type SentinelMemory } from './memory.js'
import { type Sighting, seeHeartbeat, seeRecord } from './sightings.js'
import { type Count, countVerdict, isThresholdReached } from './threshold.js'
import type { SentinelSettings } from './time-budget.js'
import { type Finding, judge, type Reachability, type Signals, type Verdict } from './verdict.js'

/** Verdicts kept for people to read: a day of observations at the default interval. */
const TRACE_LENGTH = 48

/** What one look at the world brought. */
export interface Observation {
  /** Null: own repository and fence answered. */
  readonly controlProblem: string | null
  /** Null: the fence has none, or it could not be read as one. */
  readonly record: FenceRecord | null
  readonly ownHeartbeat: string | null
  readonly primaryHeartbeat: string | null
  readonly primary: Reachability | null
}

/** `alert`: it would promote, but a rule or an operator binds it. Spec 9.2. */
export type SentinelDecision = 'none' | 'wait' | 'alert' | 'promote'

export interface Observed {
  readonly memory: SentinelMemory
  readonly verdict: Verdict
  readonly decision: SentinelDecision
  /** Why it does or does not promote. */
  readonly explanation: string
  readonly findings: readonly Finding[]
}

/** One observation. Without memory every age begins at zero. */
export function observe(
  memory: SentinelMemory | null,
  observation: Observation,
  nowMs: number,
  settings: SentinelSettings,
): Observed {
  const recalled = recall(memory, nowMs, settings)
  const seen = see(recalled.memory, observation, nowMs, settings)
  const judgement = judge(signalsOf(seen.memory, observation, nowMs), settings.stalenessMs)
  const count = countVerdict(seen.memory.count, judgement.verdict, nowMs, settings)
  const bound = decide(judgement.verdict, count, seen.memory, observation.record, nowMs, settings)
  const entry = { atMs: nowMs, verdict: judgement.verdict, explanation: judgement.explanation }
  const notBeforeMs = bound.decision === 'promote' ? nowMs + settings.intervalMs : seen.memory.notBeforeMs
  const trace = [...seen.memory.trace, entry].slice(-TRACE_LENGTH)
  return {
    memory: { ...seen.memory, count, notBeforeMs, trace },
    verdict: judgement.verdict,
    decision: bound.decision,
    explanation: [judgement.explanation, bound.why].filter((text) => text !== '').join('; '),
    findings: [...recalled.findings, ...seen.findings, ...judgement.findings],
  }
}

function see(memory: SentinelMemory, seen: Observation, nowMs: number, { skewMs }: SentinelSettings): Recalled {
  const record = seeRecord(memory.record, seen.record, nowMs)
  const own = seeHeartbeat('own', memory.ownHeartbeat, seen.ownHeartbeat, nowMs, skewMs)
  const primary = seeHeartbeat("primary's", memory.primaryHeartbeat, seen.primaryHeartbeat, nowMs, skewMs)
  const sightings = { record: record.sighting, ownHeartbeat: own.sighting, primaryHeartbeat: primary.sighting }
  return {
    memory: { ...memory, ...sightings, observedMs: nowMs },
    findings: [...record.findings, ...own.findings, ...primary.findings],
  }
}

function signalsOf(memory: SentinelMemory, { controlProblem, record, primary }: Observation, nowMs: number): Signals {
  const ageMs = (sighting: Sighting | null) => (sighting === null ? null : nowMs - sighting.firstSeenMs)
  return {
    controlProblem,
    primary,
    leaseAgeMs: record === null ? null : ageMs(memory.record),
    ownHeartbeatAgeMs: ageMs(memory.ownHeartbeat),
    primaryHeartbeatAgeMs: ageMs(memory.primaryHeartbeat),
    autoPromote: record?.autoPromote ?? true,
  }
}

function decide(
  verdict: Verdict,
  count: Count,
  memory: SentinelMemory,
  record: FenceRecord | null,
  nowMs: number,
  settings: SentinelSettings,
): { decision: SentinelDecision; why: string } {
  if (verdict !== 'unhealthy') return { decision: 'none', why: '' }
  if (!isThresholdReached(count, nowMs, settings)) {
    return { decision: 'wait', why: `${count.count} of ${settings.threshold} observations` }
  }
  if (record === null) return { decision: 'alert', why: 'the fence has no record' }
  const obstacle = sentinelObstacle(record, nowMs, settings.skewMs)
  if (obstacle !== null) return { decision: 'alert', why: obstacle.reason }
  if (memory.notBeforeMs !== null && nowMs < memory.notBeforeMs) return { decision: 'wait', why: 'just tried' }
  return { decision: 'promote', why: `${count.count} observations agree` }
}
