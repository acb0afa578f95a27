import type { MirrorConfig, Role, TargetConfig } from '../contracts/config.js'
import type { FenceEntry } from '../contracts/fence.js'
import type { HeldPush } from '../contracts/push.js'
import type { Job, LayerRecord } from '../contracts/store.js'
import type { HealthReport } from '../health.js'
import type { SentinelDocument } from '../sentinel/document.js'
import type { Attempt } from '../store/attempts.js'
import type { RefRecord } from '../store/refs.js'
import type { ActionName } from './types.js'

/** The fence as it was seen last. */
export interface FenceSight {
  readonly entry: FenceEntry | null
  /** By the clock of this process; null while none was seen. */
  readonly firstSeenMs: number | null
  /** As above, of its epoch and holder: renewals leave it. Absent where nobody keeps it. */
  readonly heldSinceMs?: number | null
  /** Why it could not be read. */
  readonly problem: string | null
}

/** What a look at a target found that the store does not keep. */
export interface TargetObservation {
  readonly report: HealthReport
  /** `MIRROR_ROLE` of the target as read. */
  readonly role: Role | null
  /** When the look began, by the clock of this process; absent of one that is always new. */
  readonly atMs?: number
}

/** One target with what the store and the last looks know of it. */
export interface TargetFacts {
  readonly target: TargetConfig
  readonly jobs: readonly Job[]
  readonly records: readonly LayerRecord[]
  /** Of the last try of the code layer. */
  readonly attempt: Attempt | undefined
  readonly refs: readonly RefRecord[]
  readonly observation: TargetObservation | undefined
  readonly credentialExpiryMs: number | null
  /** What waits for an approval; absent: nothing does. */
  readonly held?: HeldPush | null
}

/** Everything that the view is made from. */
export interface ViewParts {
  readonly config: MirrorConfig
  /** `github:<numeric id>` of this repository. */
  readonly self: string | null
  readonly isPaused: boolean
  readonly fence: FenceSight
  readonly sentinel: SentinelDocument | null
  readonly targets: readonly TargetFacts[]
  /** What can be asked for here at all. */
  readonly offered: ReadonlySet<ActionName>
}
