import type { Epoch } from '../../epoch.js'
import type { GitOptions } from '../../git/run.js'
import type { FenceMark } from './mark.js'

export interface GitFenceOptions extends GitOptions {
  /** Has the commits that are pushed. */
  readonly repository: string
  /** Name of a remote of `repository`, or its URL, without user and password. */
  readonly remote: string
  /** The same on every host: refs/montana/epoch, or {@link FALLBACK_EPOCH_REF} where a remote refuses that namespace. */
  readonly epochRef?: string
}

/** null: not there before, or to be removed. */
export interface FencedUpdate {
  readonly ref: string
  readonly old: string | null
  readonly next: string | null
}

export interface FencedPush {
  readonly epoch: Epoch
  readonly updates: readonly FencedUpdate[]
}

/** The sink rule for a git repository. Spec three-mirror 9. */
export interface GitFence {
  /** As the remote has it now; null before the first fenced push. Throws GIT_FAILED, FENCE_REFUSED. */
  read(signal?: AbortSignal): Promise<FenceMark | null>
  /**
   * All refs and the epoch, or nothing. Resolves when the remote has them. Throws FailoverError EPOCH_STALE (with the
   * highest), REF_MOVED when a ref is not `old`, FENCE_REFUSED in the words of the remote, and GIT_FAILED.
   */
  push(push: FencedPush, signal?: AbortSignal): Promise<FenceMark>
}
