import type { MeshView } from '../../../src/api/views.js'
import { median } from './format.js'

/** Confirmations come at the end of a window: only one that is overdue says anything. */
const OVERDUE_WINDOWS = 2.5
const OVERDUE_LEAST_MS = 5_000

/** What a window usually takes, in ms; null while that is not known. */
export function paceOf({ recent }: Pick<MeshView, 'recent'>): number | null {
  return median(recent.flatMap(({ tookMs }) => tookMs ?? []))
}

/** Has the mesh cemented nothing for longer than it should take? */
export function isOverdue(mesh: Pick<MeshView, 'recent' | 'cementedAgeMs'>): boolean {
  return (mesh.cementedAgeMs ?? 0) > Math.max(OVERDUE_LEAST_MS, OVERDUE_WINDOWS * (paceOf(mesh) ?? 0))
}
