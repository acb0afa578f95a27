export { boundaries, segmentLengths, totalBoundaries } from './boundaries.js'
export { CandidateChain, type Mark } from './candidate/chain.js'
export { type CandidateProofInit, makeCandidateProof } from './candidate/prove.js'
export { decodeStretch, encodeStretch, type Stretch } from './candidate/stretch.js'
export { type CandidateWork, type CandidateWorkInit, createCandidateWork } from './candidate/work.js'
export {
  DEFAULT_CHECKPOINTS,
  GENESIS_T_R,
  MAX_CANDIDATE_SEGMENTS,
  MAX_D,
  MAX_TIMECHAIN_SEGMENTS,
  MIN_PROOF_SEGMENTS,
  PRODUCTION_D,
  TARGET_WINDOW_SECONDS,
} from './constants.js'
export { type AdaptationParams, isValidD, nextD } from './difficulty.js'
export { TimechainError, type TimechainErrorCode } from './errors.js'
export { type MeasureInit, measureClock, measureVerification } from './measure.js'
export {
  type CandidateProof,
  candidateSeed,
  decodeCandidateProof,
  defaultCandidateSegments,
  encodeCandidateProof,
} from './proof/candidate-proof.js'
export { candidateClaim, type ProofClaim, timechainClaim } from './proof/claim.js'
export type { ProofPolicy } from './proof/policy.js'
export {
  decodeTimechainProof,
  encodeTimechainProof,
  itemOfProof,
  type ProofItem,
  proofOfItem,
  type TimechainProof,
  thinProof,
} from './proof/timechain-proof.js'
export { encodeProofEvidence, type ProofEvidence, type ProofProgress, type ProofVerdict } from './proof/verdict.js'
export {
  createProofVerifier,
  type ProofCheckInit,
  type ProofVerifier,
  type ProofVerifierInit,
} from './proof/verifier.js'
export { assessSpeed, dForSeconds, type SpeedVerdict } from './speed.js'
export { createTimechain, type GrindInit, type ProofInit, type Tick, type Timechain } from './timechain.js'
export { vdfStep, vdfVerify } from './vdf.js'
