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

export interface Bounds {
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
}

/**
 * How whole a run is: every slot from its first to its last is expected once, and every slot of a time that was asked for
 * (spec operations 4, Q3 and Q4). Pure.
 */
export function qualityOf(slots: readonly Slot[], intervalMs: number, lines: LineCounts, bounds: Bounds = {}): Quality {
  const sorted = [...slots].sort((a, b) => a.slot - b.slot)
  const different = sorted.filter(({ slot }, index) => slot !== sorted[index - 1]?.slot)
  const first = different[0]
  const last = different.at(-1)
  const seen = first && last ? last.slot - first.slot + 1 : 0
  const expected = Math.max(seen, askedFor(bounds, first?.tsMs, last?.tsMs, intervalMs))
  const valid = different.length
  return {
    ...lines,
    expected,
    valid,
    missing: expected - valid,
    coverage: expected === 0 ? null : valid / expected,
    gaps: [...edgeGaps(first, last, intervalMs, bounds), ...gapsOf(different, intervalMs)].sort(
      (a, b) => a.fromMs - b.fromMs,
    ),
    isLegacy: false,
  }
}

/** Slots of the time between the bounds; an open end is where the records end. */
function askedFor(
  { fromMs, toMs }: Bounds,
  firstMs: number | undefined,
  lastMs: number | undefined,
  intervalMs: number,
): number {
  const from = fromMs ?? firstMs
  const to = toMs ?? lastMs
  return from === undefined || to === undefined ? 0 : Math.floor((to - from) / intervalMs)
}

/** What is missing before the first record and behind the last, of a time that was asked for. */
function edgeGaps(
  first: Slot | undefined,
  last: Slot | undefined,
  intervalMs: number,
  { fromMs, toMs }: Bounds,
): Gap[] {
  const before = fromMs !== undefined && first ? [gapBetween(fromMs, first.tsMs, intervalMs)] : []
  const behind = toMs !== undefined && last ? [gapBetween(last.tsMs + intervalMs, toMs, intervalMs)] : []
  return [...before, ...behind].filter(({ missingPolls }) => missingPolls > 0)
}

function gapBetween(fromMs: number, toMs: number, intervalMs: number): Gap {
  return { fromMs, toMs, missingPolls: Math.floor((toMs - fromMs) / intervalMs) }
}

function gapsOf(slots: readonly Slot[], intervalMs: number): Gap[] {
  return slots.slice(1).flatMap((now, index) => {
    const before = slots[index]
    const missingPolls = before ? missingBetween(before, now, intervalMs) : 0
    if (!before || missingPolls === 0) return []
    return [{ fromMs: before.tsMs, toMs: Math.max(now.tsMs, before.tsMs + intervalMs), missingPolls }]
  })
}

/** By the numbers of the slots, or by their times where these tell of more: numbers are given, time passes. */
function missingBetween(before: Slot, now: Slot, intervalMs: number): number {
  const passed = Math.floor((now.tsMs - before.tsMs) / intervalMs) - 1
  return Math.max(now.slot - before.slot - 1, passed)
}
