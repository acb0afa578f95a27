import type { Logger, RandomSource, TimeSource } from '@montana/foundation'
import type { Layer } from '../contracts/config.js'
import type { ErrorClass } from '../contracts/errors.js'
import type { RefResult } from '../contracts/push.js'
import type { Job, LayerRecord } from '../contracts/store.js'
import type { MirrorStore } from '../store/mirror-store.js'
import type { WorkerTiming } from './constants.js'

/** What a layer found and did. `failed`, `diverged` and `blocked` come with an error. */
export interface LayerResult
  extends Partial<Pick<LayerRecord, 'commit' | 'synced' | 'total' | 'lagCommits' | 'drift' | 'error'>> {
  readonly status: 'ok' | 'stale' | 'off' | 'failed' | 'diverged' | 'blocked'
  readonly refs?: readonly RefResult[]
  /** Of the attempt, for history, such as `{pushes: 1}`. */
  readonly counts?: Readonly<Record<string, number>>
  /** Earliest next try, milliseconds from now. */
  readonly retryAfterMs?: number
}

export interface MirrorAlert {
  readonly mirror: string
  readonly layer: Layer | null
  readonly code: string
  readonly message: string
  readonly remedy: string | null
}

export interface WorkerTarget {
  readonly name: string
  readonly layers: readonly Layer[]
  /** Of the code layer, before and after its first success. */
  readonly pushTimeoutMs: { readonly first: number; readonly later: number }
  /** Changes with its configuration: what was blocked is then tried at once. */
  readonly fingerprint: string
}

export interface WorkerModules {
  readonly store: MirrorStore
  /** Ends its own child when the signal fires. Its errors have a code; their messages are sanitised. */
  readonly runLayer: (mirror: string, layer: Layer, signal: AbortSignal) => Promise<LayerResult>
  /** Roles and gates of a target, before any layer of a run; when it throws, no layer runs. Spec repository-mirror 8.2. */
  readonly runRoles?: (mirror: string, signal: AbortSignal) => Promise<void>
  readonly classOf: (code: string) => ErrorClass
  /** Once per failure that needs somebody. Not waited for. */
  readonly alert: (alert: MirrorAlert) => void
  readonly time: TimeSource
  readonly random: RandomSource
  readonly log: Logger
}

export interface WorkerOptions {
  readonly targets: readonly WorkerTarget[]
  readonly timing?: Partial<WorkerTiming>
}

export interface DrainResult {
  /** Of the targets of this worker, as they stand now. */
  readonly jobs: readonly Job[]
  /** Layers that were run. */
  readonly runs: number
  /** A reset of the history keeps everything back. */
  readonly isPaused: boolean
}

export interface Worker {
  /** Works until the signal fires, and also compares each target every 10 min. Throws MirrorError BUSY beside another worker. */
  run(signal: AbortSignal): Promise<void>
  /** Works off what is queued and not waiting for a later try. Throws MirrorError BUSY, or AbortError. */
  drain(signal: AbortSignal): Promise<DrainResult>
}
