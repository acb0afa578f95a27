import type { ActingSpan, Rule, Thaw, Violation } from './types.js'

/** A host that was frozen as a whole finds out in the first turn of its loop: spec three-mirror 8, row 9, and a busy host. */
const THAW_MS = 1_000

/** No two hosts acted for one policy at one instant. Spec three-mirror 8: a shared witness keeps them apart. */
export const overlap: Rule = ({ spans, thaws }) => {
  const byStart = [...spans].sort((a, b) => a.fromMs - b.fromMs)
  return byStart.flatMap((later, index) =>
    byStart
      .slice(0, index)
      .filter((earlier) => isDouble(earlier, later) && !isThawing(later, thaws) && !isThawing(earlier, thaws))
      .map((earlier) => violationOf(earlier, later)),
  )
}

function isDouble(earlier: ActingSpan, later: ActingSpan): boolean {
  return earlier.policy === later.policy && earlier.host !== later.host && later.fromMs < earlier.toMs
}

/** The whole span lies in the instant after a thaw. */
export function isThawing({ host, fromMs, toMs }: ActingSpan, thaws: readonly Thaw[]): boolean {
  return thaws.some((thaw) => thaw.host === host && fromMs >= thaw.atMs && toMs <= thaw.atMs + THAW_MS)
}

function violationOf(earlier: ActingSpan, later: ActingSpan): Violation {
  const ms = Math.round(Math.min(earlier.toMs, later.toMs) - later.fromMs)
  const names = `${earlier.host} (${earlier.epoch}) and ${later.host} (${later.epoch})`
  return { rule: 'overlap', message: `${names} acted for ${later.policy} together for ${ms} ms` }
}
