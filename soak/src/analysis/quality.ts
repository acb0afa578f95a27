import type { Defect, Gap, Quality } from './run-data.js'

/** Where a valid record stands on the schedule of its run. */
export interface Slot {
  readonly slot: number
  readonly tsMs: number
}

export interface LineCounts {
  readonly corrupt: number
  readonly duplicate: number
  readonly late: number
  readonly repaired: number
  readonly defects: readonly Defect[]
  readonly lastSeq: number | null
  readonly lastSha256: string | null
}

/** How whole a run is: every slot from its first to its last is expected once (spec operations 4, Q3 and Q4). Pure. */
export function qualityOf(slots: readonly Slot[], intervalMs: number, lines: LineCounts): Quality {
  const sorted = [...slots].sort((a, b) => a.slot - b.slot)
  const different = sorted.filter(({ slot }, index) => slot !== sorted[index - 1]?.slot)
  const first = different[0]
  const last = different.at(-1)
  const expected = first && last ? last.slot - first.slot + 1 : 0
  const valid = different.length
  return {
    ...lines,
    expected,
    valid,
    missing: expected - valid,
    coverage: expected === 0 ? null : valid / expected,
    gaps: gapsOf(different, intervalMs),
    isLegacy: false,
  }
}

function gapsOf(slots: readonly Slot[], intervalMs: number): Gap[] {
  return slots.slice(1).flatMap((now, index) => {
    const before = slots[index]
    const missingPolls = before ? now.slot - before.slot - 1 : 0
    if (!before || missingPolls === 0) return []
    return [{ fromMs: before.tsMs, toMs: Math.max(now.tsMs, before.tsMs + intervalMs), missingPolls }]
  })
}
