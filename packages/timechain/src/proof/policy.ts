import type { RandomSource } from '@montana/foundation'
import { TimechainError } from '../errors.js'

/** How much of a claim is recomputed: spec protocol 13.3. */
export type ProofPolicy = { readonly kind: 'full' } | { readonly kind: 'sample'; readonly segments: number }

export const FULL: ProofPolicy = { kind: 'full' }

/** Segments that `policy` asks of a claim of k. */
export function segmentsAsked(policy: ProofPolicy, k: number): number {
  if (policy.kind === 'full') return k
  const { segments } = policy
  if (!Number.isInteger(segments) || segments < 1)
    throw new TimechainError('TIMECHAIN_BAD_POLICY', `sample of ${segments} segments; use 1 or more`)
  return Math.min(segments, k)
}

/** `count` distinct numbers of 0 … k−1, ascending; each set equally likely. Call it only after the proof is at hand. */
export function drawSegments(random: RandomSource, k: number, count: number): number[] {
  const places = Array.from({ length: k }, (_, i) => i)
  if (count >= k) return places
  for (let i = 0; i < count; i++) {
    const other = i + Math.floor(random.next() * (k - i))
    const [here, there] = [places[i] ?? i, places[other] ?? other]
    places[i] = there
    places[other] = here
  }
  return places.slice(0, count).sort((a, b) => a - b)
}
