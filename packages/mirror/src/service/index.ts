export { type AddInit, type AddReport, addSlot, freeSlot } from './add-slot.js'
export { type ApproveRequest, approvePush, waitingTip } from './approve.js'
export {
  type Candidate,
  type CandidateCredential,
  type CandidatePlace,
  type CandidateReport,
  testCandidate,
} from './candidate.js'
export { demoteReplica } from './demote.js'
export { epochHeldBy, roleOfTarget } from './epoch-held.js'
export { findTarget } from './find-target.js'
export { heldPush } from './held-push.js'
export type { HistoryCommit, SideHistory } from './histories.js'
export { type KeepReport, type KeepRequest, keepTips } from './keep-tips.js'
export { type KeepWorkingInit, keepWorking } from './keep-working.js'
export { knownSecrets, type SecretsInit } from './known-secrets.js'
export { Mirror } from './mirror.js'
export {
  githubProvider,
  type OpenMirrorInit,
  openMirror,
  type ReopenInit,
  reach,
  reopenedParts,
} from './open.js'
export { type Asked, dropRescue, holdSentinel, resumeMirrors } from './operations.js'
export type { MirrorParts, Reached } from './parts.js'
export { primaryTarget } from './primary-target.js'
export { promoteReplica } from './promote.js'
export { type ReconfigureInit, reconfigure } from './reconfigure.js'
export { type RecoverInit, recover } from './recover.js'
export { lookAtRecovery, type RecoveryKind, type RecoveryRef, type RecoveryReport } from './recovery.js'
export { type RemoveReport, type RemoveRequest, removeTarget, type Withdrawn } from './remove.js'
export { type RemoveSlotReport, removeSlot, type SlotPlace } from './remove-slot.js'
export { openReplica, type ReplicaSide } from './replica-side.js'
export { fetchRescue, rescuesOf, type ShownRescue } from './rescue.js'
export type { RoleChange, RoleReport } from './role-request.js'
export { type SentinelSight, seeSentinel } from './sentinel-sight.js'
export { type HostKey, hostKeys, type MadeKey, makeKey } from './ssh-tools.js'
