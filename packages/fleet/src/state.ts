import type { SignedDocument } from './document.js'

/** How a document in force stands, worst first: spec operations 5, F-DOC. */
export const DOCUMENT_STATES = ['equivocation', 'expired', 'rollback', 'expiring', 'valid'] as const
export type DocumentState = (typeof DOCUMENT_STATES)[number]

const WARN_MS = 7 * 24 * 60 * 60 * 1000
const WARN_PART = 0.25

/** By its dates alone: it ends within a quarter of its life or seven days, or has ended. */
export function stateByDates(
  { issued_at, not_after }: Pick<SignedDocument, 'issued_at' | 'not_after'>,
  nowMs: number,
): DocumentState {
  const endMs = Date.parse(not_after)
  if (endMs <= nowMs) return 'expired'
  const warnMs = Math.max(WARN_MS, (endMs - Date.parse(issued_at)) * WARN_PART)
  return endMs - nowMs <= warnMs ? 'expiring' : 'valid'
}

/** The worst of several. */
export function worstState(...states: readonly DocumentState[]): DocumentState {
  return DOCUMENT_STATES.find((state) => states.includes(state)) ?? 'valid'
}
