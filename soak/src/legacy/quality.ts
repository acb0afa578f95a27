import { boundsOf } from '../analysis/bounds.js'
import type { Defect, Gap, Quality } from '../analysis/run-data.js'
import type { Claim } from '../run/schema.js'
import type { PlacedRecord } from './nodes.js'

/** What a reading of the lines counted. */
export interface LineCounts {
  readonly corrupt: number
  readonly repaired: number
  readonly defects: readonly Defect[]
}

/** Polls that the longest claimed span asks for: 288 for 24 h at 5 min; null where nothing is claimed. */
export function claimedPolls(claims: readonly Claim[], intervalMs: number): number | null {
  const spans = claims.flatMap(({ span_s }) => span_s ?? [])
  return spans.length === 0 ? null : Math.round((Math.max(...spans) * 1000) / intervalMs)
}

/**
 * Quality of a file without sequence and chain: spec operations 3.8 and 4, Q2 to Q4. Gaps follow from times that the
 * records themselves have; times that somebody vouches for have none.
 */
export function qualityOf(
  records: readonly PlacedRecord[],
  counts: LineCounts,
  claims: readonly Claim[],
  intervalMs: number,
): Quality {
  const times = records.flatMap(({ record }) => record.tsMs ?? [])
  const isTimed = records.length > 0 && times.length === records.length
  const expected = claimedPolls(claims, intervalMs) ?? (isTimed ? polledSlots(times, intervalMs) : null)
  const duplicate = times.length - new Set(times).size
  const valid = records.length - duplicate
  return {
    ...{ expected, valid, corrupt: counts.corrupt, duplicate, late: 0, repaired: counts.repaired },
    missing: expected === null ? null : Math.max(0, expected - valid),
    coverage: expected === null ? null : Math.min(1, valid / expected),
    gaps: isTimed ? gapsOf(times, intervalMs) : [],
    defects: counts.defects,
    lastSeq: records.at(-1)?.seq ?? null,
    lastSha256: null,
    isLegacy: true,
  }
}

function polledSlots(times: readonly number[], intervalMs: number): number {
  const { least, most } = boundsOf(times) ?? { least: 0, most: 0 }
  return Math.round((most - least) / intervalMs) + 1
}

function gapsOf(times: readonly number[], intervalMs: number): Gap[] {
  return times.slice(1).flatMap((toMs, i) => {
    const fromMs = times[i] ?? toMs
    const missingPolls = Math.round((toMs - fromMs) / intervalMs) - 1
    return missingPolls > 0 ? [{ fromMs, toMs, missingPolls }] : []
  })
}
