import { lengthsOf, totalBoundaries } from '../boundaries.js'
import { MAX_CANDIDATE_SEGMENTS, MAX_TIMECHAIN_SEGMENTS, MIN_PROOF_SEGMENTS, VALUE_BYTES } from '../constants.js'
import { isValidD } from '../difficulty.js'
import { TimechainError } from '../errors.js'
import type { CandidateProof } from './candidate-proof.js'
import type { TimechainProof } from './timechain-proof.js'
import { segmentCount, valueAt } from './values.js'

/** What a proof says: `steps` steps lead from `start` to `end` by way of `values`. The unit of verification and of evidence. */
export interface ProofClaim {
  /** 32 bytes. */
  readonly start: Uint8Array
  /** 32 bytes. */
  readonly end: Uint8Array
  /** A safe integer. */
  readonly steps: number
  /** (k−1)·32 bytes at floor(steps·i/k), i = 1 … k−1. */
  readonly values: Uint8Array
}

/** One segment of a claim. */
export interface ClaimSegment {
  readonly index: number
  readonly start: Uint8Array
  readonly end: Uint8Array
  readonly steps: number
}

/** The claim of a window's proof between T_r(window − 1) and T_r(window); `undefined` for a proof of impossible shape. */
export function timechainClaim(
  { d, values }: Pick<TimechainProof, 'd' | 'values'>,
  start: Uint8Array,
  end: Uint8Array,
): ProofClaim | undefined {
  return isValidD(d) ? claimOf({ start, end, steps: d, values }, MAX_TIMECHAIN_SEGMENTS) : undefined
}

/** The claim of a candidate's proof: `totalSteps` is S of spec protocol 12.4, ends are seed and proof_endpoint. */
export function candidateClaim(
  { values }: Pick<CandidateProof, 'values'>,
  seed: Uint8Array,
  endpoint: Uint8Array,
  totalSteps: number,
): ProofClaim | undefined {
  return claimOf({ start: seed, end: endpoint, steps: totalSteps, values }, MAX_CANDIDATE_SEGMENTS)
}

function claimOf(claim: ProofClaim, maxSegments: number): ProofClaim | undefined {
  const k = segmentCount(claim.values)
  const isShaped = k >= MIN_PROOF_SEGMENTS && k <= maxSegments && isClaim(claim)
  return isShaped ? claim : undefined
}

function isClaim({ start, end, steps, values }: ProofClaim): boolean {
  const k = segmentCount(values)
  const areEnds = start.length === VALUE_BYTES && end.length === VALUE_BYTES
  return areEnds && Number.isSafeInteger(steps) && Number.isInteger(k) && k <= steps
}

/** The k segments in order. Throws TIMECHAIN_BAD_CLAIM for a claim of impossible shape. */
export function claimSegments(claim: ProofClaim): ClaimSegment[] {
  if (!isClaim(claim)) throw new TimechainError('TIMECHAIN_BAD_CLAIM', 'the claim cannot be cut into its segments')
  const { start, end, steps, values } = claim
  const k = segmentCount(values)
  const lengths = lengthsOf(totalBoundaries(steps, k))
  return lengths.map((length, index) => ({
    index,
    start: index === 0 ? start : valueAt(values, index - 1),
    end: index === k - 1 ? end : valueAt(values, index),
    steps: length,
  }))
}
