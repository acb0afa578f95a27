import type { Layer } from '../contracts/config.js'
import type { Ticket } from '../queue/enqueue.js'
import type { SentinelDocument } from '../sentinel/document.js'
import type { ApproveRequest } from '../service/approve.js'
import type { Candidate, CandidateReport } from '../service/candidate.js'
import type { KeepReport, KeepRequest } from '../service/keep-tips.js'
import type { MirrorParts } from '../service/parts.js'
import type { RecoveryReport } from '../service/recovery.js'
import type { RemoveRequest } from '../service/remove.js'
import type { HostKey, MadeKey } from '../service/ssh-tools.js'
import type { TargetObservation } from '../view/parts.js'

export interface RoleRequest {
  readonly reason: string
  /** The epoch that the person saw; checked before anything begins, and by the fence's compare-and-swap again. */
  readonly expectedEpoch: number
  readonly dryRun: boolean
  readonly force: boolean
  /** Of a promotion: no process on any host acts for the primary any more. */
  readonly drained: boolean
  /** Of a hand-back, instead of `MIRROR_ON_RECOVERY`: this time only. */
  readonly onRecovery?: 'merge' | 'rescue'
}

export interface Signed {
  readonly reason: string
  /** Null where nothing is fenced. */
  readonly expectedEpoch: number | null
}

/**
 * What the routes stand on; `mirrorService` makes one. A function that is absent has no route, and the view says "not
 * offered here". All of them work on when the client has left; the signal fires when the server ends.
 */
export interface MirrorService {
  readonly parts: MirrorParts
  enqueue(reason: string, layers?: readonly Layer[], names?: readonly string[]): readonly Ticket[]
  /** Binds the sentinel until then; null ends a hold. Spec repository-mirror 9.2 rule 3. */
  readonly hold?: (untilMs: number | null, request: Signed, signal: AbortSignal) => Promise<void>
  /** After a reset of the history: spec repository-mirror 3.1 MIRROR_RESET_MODE. */
  readonly resume?: (request: Signed, signal: AbortSignal) => Promise<void>
  /** Both histories of a target and what would become of each ref; nothing moves. */
  readonly recover?: (mirror: string, signal: AbortSignal) => Promise<RecoveryReport>
  /** Foreign tips that the next push keeps by rescue refs. */
  readonly keepTips?: (mirror: string, request: KeepRequest, signal: AbortSignal) => Promise<KeepReport>
  /** A push that changes workflows may go. */
  readonly approve?: (mirror: string, request: ApproveRequest) => void
  readonly dropRescue?: (mirror: string, ref: string, signal: AbortSignal) => Promise<void>
  /** The result is shown with the job; it holds no secret. */
  readonly promote?: (mirror: string, request: RoleRequest, signal: AbortSignal) => Promise<unknown>
  readonly demote?: (mirror: string, request: RoleRequest, signal: AbortSignal) => Promise<unknown>
  /** The result lists the names that went, or would go; it holds no secret. */
  readonly remove?: (mirror: string, request: RemoveRequest, signal: AbortSignal) => Promise<unknown>
  /** Tries a target that is not saved; nothing of it stays. */
  readonly testCandidate?: (candidate: Candidate, signal: AbortSignal) => Promise<CandidateReport>
  /** Saves what was tested under this name; the result holds names only. */
  readonly addSlot?: (candidate: Candidate, testedAs: string, signal: AbortSignal) => Promise<unknown>
  readonly sshTools?: SshTools
  /** What the last look at a target found. */
  readonly observed?: (mirror: string) => TargetObservation | undefined
  readonly readSentinel?: (signal: AbortSignal) => Promise<SentinelDocument | null>
}

/** For an archive over ssh: its key is made here, and its host's keys are compared by a person. */
export interface SshTools {
  makeKey(signal: AbortSignal): Promise<MadeKey>
  hostKeys(url: string, signal: AbortSignal): Promise<readonly HostKey[]>
}

export interface MirrorRoutesOptions {
  /** Bearer token of every mutation, at least 24 characters; without one nothing can be changed. */
  readonly token?: string | undefined
  /** Names under which the server may be asked, without port, besides those of loopback. */
  readonly hosts?: readonly string[]
  /** Of the stream of events; shorter in tests only. */
  readonly pollMs?: number
  readonly heartbeatMs?: number
  readonly stallMs?: number
}
