import type { RecentWindow } from '../api/views.js'
import { OVERDUE_LEAST_MS, OVERDUE_WINDOWS } from '../constants.js'

/** What a window usually takes, in ms; null while that is not known. Pure. */
export function paceOf(recent: readonly Pick<RecentWindow, 'tookMs'>[]): number | null {
  const sorted = recent.flatMap(({ tookMs }) => tookMs ?? []).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? null
}

/** Has the mesh cemented nothing for longer than it should take? Pure. */
export function isOverdue(cementedAgeMs: number | null, paceMs: number | null): boolean {
  return (cementedAgeMs ?? 0) > Math.max(OVERDUE_LEAST_MS, OVERDUE_WINDOWS * (paceMs ?? 0))
}
