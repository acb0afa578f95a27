import { SLOT_TOLERANCE_SHARE } from '../constants.js'

export interface FirstRecord {
  readonly tsMs: number
  readonly slot: number
  readonly intervalMs: number
}

/** Position of a poll on the schedule of its run: `floor((ts − run start) / interval)`, spec operations 1. */
export function slotOf(tsMs: number, intervalMs: number, first: FirstRecord | undefined): number {
  if (!first) return 0
  const runStartMs = first.tsMs - first.slot * first.intervalMs - SLOT_TOLERANCE_SHARE * intervalMs
  return Math.max(0, Math.floor((tsMs - runStartMs) / intervalMs))
}
