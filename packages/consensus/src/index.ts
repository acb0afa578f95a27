/** Identifies a control object: spec protocol 12.3. */
export { registrationHash } from '@montana/ledger'
export {
  type Acceptance,
  type AcceptedProposal,
  type AuthenticatedEnvelope,
  acceptEnvelope,
  confirmationFault,
} from './acceptance.js'
export { bundleAggregate } from './aggregate.js'
export { type ChainState, genesisChainState, memberOf, type WindowWeights, windowWeights } from './chain-state.js'
export { ENVELOPE_MAX_BYTES, MESSAGE, RESEND_INTERVAL_MS, ZERO_HASH } from './constants.js'
export {
  type ConsensusContext,
  cementValue,
  comparePendingControl,
  contextHash,
  decodeContext,
  encodeContext,
  type PendingControl,
} from './context.js'
export { controlRoot, controlSet } from './control.js'
export { assembleDraft, noticeHeader, type UnsignedDraft } from './draft.js'
export type { Effect, FindingCode, JournalEntry, OutgoingMessage, Wanted, WindowCommit } from './engine/effects.js'
export type {
  EngineEvent,
  Origin,
  PeerName,
  ProofPolicy,
  ProofVerdict,
  SignedEvent,
  SignKind,
} from './engine/events.js'
export { type Restored, restoreState } from './engine/restore.js'
export {
  type EngineConfig,
  type EngineState,
  engineConfig,
  headOf,
  isMember,
  type OwnMessages,
  type PendingRegistration,
  type RecentWindow,
  type VerifyPolicy,
} from './engine/state.js'
export { type StepResult, step } from './engine/step.js'
export { holdsVote, votesOfRounds } from './engine/tally.js'
export { draftKey, draftOfProposal } from './engine/vote/drafts.js'
export { voteMessages } from './engine/vote/resend.js'
export { roundHolder } from './engine/vote/slot.js'
export type { VoteState } from './engine/vote/state.js'
export { ConsensusError, type RejectionCode } from './errors.js'
export {
  cementedReveals,
  compareCandidates,
  type ExpectedReveal,
  eligibleReveals,
  listableReveals,
} from './lottery/candidates.js'
export { lnQ64, log2Q64 } from './lottery/logarithm.js'
export { calibrateTarget, lotteryEndpoint, lotteryTicket, seniority, ticketWeight } from './lottery/ticket.js'
export {
  type CementCertificate,
  certifiedValue,
  decodeCertificate,
  encodeCertificate,
  votesOfCertificate,
} from './objects/certificate.js'
export {
  bundleHash,
  type Confirmation,
  type ConfirmationFields,
  confirmationScope,
  decodeConfirmation,
} from './objects/confirmation.js'
export { decodeEnvelope, type Envelope, encodeEnvelope } from './objects/envelope.js'
export {
  decodeHeader,
  HEADER_BYTES,
  type Header,
  type HeaderFields,
  headerScope,
  isNotice,
  proposalHash,
} from './objects/header.js'
export { decodePropose, PROPOSE_BYTES, type Propose, proposeMessage, proposeScope } from './objects/propose.js'
export { decodeReveal, REVEAL_BYTES, type Reveal, revealHash, revealScope } from './objects/reveal.js'
export { type CementVote, decodeVote, PRECOMMIT, PREVOTE, VOTE_BYTES, voteMessage, voteScope } from './objects/vote.js'
export { addToHistogram, medianPermille, participationPermille } from './participation.js'
export { canonicalProposer, NO_PROPOSER, type ProposerRule, proposerRule } from './proposer.js'
export { includedBundlesRoot, includedRoot } from './roots.js'
export { type Settled, type SettleInput, sealSettled, settleWindow } from './settle.js'
