import { MirrorError } from '../contracts/errors.js'
import type { GitAccess } from '../contracts/provider.js'
import type { RefUpdate, Tips } from '../contracts/push.js'
import type { Answer } from './deliver.js'
import type { TargetCall } from './git.js'
import type { Listing } from './listing.js'
import type { ResetPolicy } from './rewrites.js'
import { listTarget, pushOnce } from './target.js'

export interface PushTarget {
  readonly refs: readonly string[]
  readonly onDiverge: 'refuse' | 'rescue'
  /** Foreign tips that a person asked to keep by a rescue ref, by branch or tag. */
  readonly keep?: Tips
  readonly lfs: 'auto' | 'off'
  readonly pushTimeoutMs: { readonly first: number; readonly later: number }
  /** Short or full; null takes the branch of the source's HEAD. */
  readonly defaultBranch: string | null
}

export interface PushProgress {
  readonly step: 'list' | 'fetch' | 'lfs' | 'push'
  /** A line of git, free of secrets. */
  readonly text: string
}

export interface PushRequest {
  /** Top folder of the source. */
  readonly source: string
  readonly target: PushTarget
  readonly access: GitAccess
  /** Tips that we pushed last, by ref. */
  readonly pushed: Tips
  readonly reset: ResetPolicy
  /** Milliseconds since the epoch: names the rescue refs. */
  readonly wallMs: number
  readonly signal: AbortSignal
  /** Silence that ends a transfer. Default: 5 min, spec 3.2. */
  readonly idleTimeoutMs?: number
  /** Of foreign objects, for an explanation and for a rescue. Handed in smaller by tests only. */
  readonly explainedMaxBytes?: number
  readonly rescuedMaxBytes?: number
  readonly onProgress?: ((progress: PushProgress) => void) | undefined
}

/** Spec repository-mirror 3.2: 5 min without progress. */
const IDLE_TIMEOUT_MS = 5 * 60_000
/** ⌈log2 1,000⌉ = 10 pushes find one refused ref among a thousand: room for half a dozen of them. */
const PUSHES_MAX = 64

/** One push of a source to a target: its deadline, its count of pushes, its calls. */
export class PushRun {
  readonly request: PushRequest
  readonly #deadlineMs: number
  #pushes = 0

  constructor(request: PushRequest) {
    this.request = request
    const { first, later } = request.target.pushTimeoutMs
    this.#deadlineMs = performance.now() + (request.pushed.size === 0 ? first : later)
  }

  get pushes(): number {
    return this.#pushes
  }

  /** Throws TARGET_UNREACHABLE when the time is over. */
  call(step: PushProgress['step']): TargetCall {
    const { source, access, signal, onProgress, idleTimeoutMs = IDLE_TIMEOUT_MS } = this.request
    const timeoutMs = Math.floor(this.#deadlineMs - performance.now())
    if (timeoutMs <= 0) throw outOfTime()
    const onLine = onProgress && ((text: string) => onProgress({ step, text }))
    return { folder: source, access, signal, timeoutMs, idleTimeoutMs, ...(onLine && { onLine }) }
  }

  async list(): Promise<Listing> {
    return await listTarget(this.call('list'), scopeOf(this.request.target.refs))
  }

  readonly send = (items: readonly RefUpdate[]): Promise<Answer> => this.sendFrom(this.request.source, items)

  /** From another repository that has these objects. */
  async sendFrom(folder: string, items: readonly RefUpdate[]): Promise<Answer> {
    this.#pushes++
    return await pushOnce({ ...this.call('push'), folder }, items)
  }

  readonly mayPush = (): boolean => this.#pushes < PUSHES_MAX
}

/** Where only branches and tags are mirrored, the thousands of pull requests of a provider are not asked for. */
function scopeOf(patterns: readonly string[]): readonly string[] {
  const isNarrow = (pattern: string) => /^(?:\^|refs\/(?:heads|tags)\/)/.test(pattern)
  return patterns.every(isNarrow) ? ['--heads', '--tags'] : []
}

function outOfTime(): MirrorError {
  return new MirrorError('TARGET_UNREACHABLE', 'the push did not end in its time', {
    remedy: 'Look at the connection to the target, or raise PUSH_TIMEOUT_MINUTES.',
    metadata: { reason: 'timeout' },
  })
}
