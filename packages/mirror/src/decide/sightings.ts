import type { FenceRecord } from '../contracts/fence.js'
import { parseTime } from './rfc3339.js'
import type { Finding } from './verdict.js'

/** The newest value of one source and when the observer, by its own clock, first saw it. Spec repository-mirror 9.3. */
export interface Sighting {
  /** Tells values apart: the time as it was written, or `<epoch>.<renewal>`. */
  readonly value: string
  /** What the value says of itself, by a foreign clock: only ever compared with earlier claims and for findings. */
  readonly claimedMs: number | null
  readonly firstSeenMs: number
}

export interface Sighted {
  readonly sighting: Sighting | null
  readonly findings: readonly Finding[]
}

/** `meta.updated_at_iso` as read; null: no file, no field, or not readable. */
export function seeHeartbeat(
  name: string,
  known: Sighting | null,
  text: string | null,
  nowMs: number,
  skewMs: number,
): Sighted {
  if (text === null || text === known?.value) return { sighting: known, findings: [] }
  const claimedMs = parseTime(text)
  if (claimedMs === null) {
    return { sighting: known, findings: [{ code: 'heartbeat-invalid', message: `the ${name} heartbeat is no time` }] }
  }
  return {
    sighting: { value: text, claimedMs, firstSeenMs: nowMs },
    findings: clockFindings(name, known, claimedMs, nowMs + skewMs),
  }
}

/** A new value is a sign of life whatever its time says: a clock that was set back does not make a primary dead. */
function clockFindings(name: string, known: Sighting | null, claimedMs: number, latestMs: number): Finding[] {
  const findings: Finding[] = []
  if (known?.claimedMs != null && claimedMs < known.claimedMs) {
    findings.push({ code: 'clock-went-back', message: `the ${name} heartbeat is older than the one before it` })
  }
  if (claimedMs > latestMs) {
    findings.push({
      code: 'clock-ahead',
      message: `the ${name} heartbeat lies in the future by more than the tolerated skew`,
    })
  }
  return findings
}

/**
 * Counts renewals of a holder that acts. A hold, a pause, or an epoch in which nobody acted (a promotion under way or
 * failed) says nothing about the primary, so it does not make L younger.
 */
export function seeRecord(known: Sighting | null, record: FenceRecord | null, nowMs: number): Sighted {
  if (record === null) return { sighting: known, findings: [] }
  const value = `${record.epoch}.${record.renewal}`
  const isSignOfLife = known === null || (value !== known.value && record.renewal > 0)
  const sighting = isSignOfLife ? { value, claimedMs: parseTime(record.renewedAt), firstSeenMs: nowMs } : known
  return { sighting, findings: fenceFindings(known, record) }
}

function fenceFindings(known: Sighting | null, record: FenceRecord): Finding[] {
  const [epoch = 0, renewal = 0] = (known?.value ?? '').split('.').map(Number)
  const isOlder = record.epoch < epoch || (record.epoch === epoch && record.renewal < renewal)
  return known !== null && isOlder
    ? [{ code: 'fence-went-back', message: `the fence shows ${record.epoch}.${record.renewal} after ${known.value}` }]
    : []
}
