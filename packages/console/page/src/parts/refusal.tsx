import type { Refusal } from '../data/api.js'

/** What was refused, why, and what to do about it. */
export function Refused({ refusal }: { refusal: Refusal | null }) {
  if (refusal === null) return null
  return (
    <p class="refused" role="alert">
      <code>{refusal.code}</code> {refusal.message}. {refusal.remedy}
    </p>
  )
}
