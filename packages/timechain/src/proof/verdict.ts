import { ByteWriter } from '@montana/codec'
import { VALUE_BYTES } from '../constants.js'
import { claimSegments, type ProofClaim } from './claim.js'

/** Progress of one check. */
export interface ProofProgress {
  readonly stepsDone: number
  readonly steps: number
}

/**
 * A segment that does not hold. It convicts the claim, that is the value together with these intermediates, and not the
 * value: spec protocol 13.2. Store it with window and sender.
 */
export interface ProofEvidence {
  readonly claim: ProofClaim
  readonly failingSegment: number
  /** Where the segment really arrives, 32 bytes. */
  readonly arrived: Uint8Array
}

export interface ProofVerdict {
  readonly isValid: boolean
  readonly segmentsChecked: number
  /** The lowest failing one of those checked, from 0. */
  readonly failingSegment?: number
  readonly evidence?: ProofEvidence
  /** Steps recomputed. */
  readonly steps: number
  readonly elapsedMs: number
  /**
   * `computed`: for this call or one that it joined. `claim`: remembered of this very claim. `value`: `end` was proven
   * before by other means; the intermediates of this claim were not looked at.
   */
  readonly source: 'computed' | 'claim' | 'value'
}

const EVIDENCE_BYTES = 16 + 3 * VALUE_BYTES

/** For the store: `segment u64 ‖ steps u64 ‖ start 32 ‖ claimed end 32 ‖ where it really arrives 32`. */
export function encodeProofEvidence({ claim, failingSegment, arrived }: ProofEvidence): Uint8Array {
  const segment = claimSegments(claim)[failingSegment]
  if (!segment) throw new RangeError(`segment ${failingSegment} is not in the claim`)
  const { index, steps, start, end } = segment
  return new ByteWriter(EVIDENCE_BYTES).u64(index).u64(steps).bytes(start).bytes(end).bytes(arrived).finish()
}
