import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isAbort, type Logger, silentLogger, systemTime, type TimeSource } from '@montana/foundation'
import type { BreathError } from '../errors.js'
import { sweepTemporaries } from '../files/sweep.js'
import { repairClone } from '../git/clone-state.js'
import { type Depth, depthOf } from '../git/depth.js'
import { Hub, hubUrl, NO_HUB } from '../git/hub.js'
import { listTree, readBlobs } from '../git/read-tree.js'
import { repairRepository } from '../git/recover.js'
import { HUB_PREFIX, OWN_PREFIX } from '../git/repository.js'
import { decodeState } from '../merge/decode.js'
import { mergeStates } from '../merge/merge.js'
import { HybridClock } from '../merge/stamp.js'
import { type BreathState, EMPTY_STATE, stampsOf } from '../merge/state.js'
import type { ResolvedOptions } from '../options.js'
import type { BreathAlarm, BreathModules } from '../types.js'
import { asBreathError } from './as-breath-error.js'
import { stateOfBases } from './base-state.js'
import { isLocalDamage, isUnreadable } from './damage.js'
import { makeParts, type Parts } from './parts.js'
import { Queue } from './queue.js'

/** The own ref as this process knows it. */
export interface OwnTip extends Depth {
  readonly commit: string
}

/** What a new repository does not cure is not the repository's fault; it is not made anew all the time. */
const REBUILD_PAUSE_MS = 600_000

/**
 * All that one repository's breathing knows, and the only way to work on it: `operate` runs one piece of work at a
 * time, under the lock, on a repository that was looked after when the work before failed.
 */
export class Session {
  readonly options: ResolvedOptions
  readonly modules: BreathModules
  readonly time: TimeSource
  readonly logger: Logger
  readonly clock: HybridClock
  readonly publicFields: ReadonlySet<string>
  /** Why a local change is not published, by path. */
  readonly held = new Map<string, BreathError>()
  /** Why a ref is ignored, or partly waits, by its name. */
  readonly reports = new Map<string, BreathError>()
  state: BreathState = EMPTY_STATE
  /** States of refs that are in `state` as a whole; it never loses what it has, so they need not be merged again. */
  readonly merged = new WeakSet<BreathState>()
  own: OwnTip | null = null
  refs: ReadonlyMap<string, string> = new Map()
  conflicts = 0
  /** The highest own write that the hub, or a peer, has been seen to hold. */
  acknowledged: string | null = null
  /** Since when something is not on the hub, monotonic; null when all is. */
  unpushedSinceMs: number | null = null
  readonly #queue = new Queue()
  #parts: Parts | undefined
  readonly #reported = new Map<string, string>()
  #committed: { readonly state: BreathState; readonly commit: string } | undefined
  #isSuspect = true
  #wasPrepared = false
  #isDamaged = false
  #rebuiltMs = Number.NEGATIVE_INFINITY

  constructor(options: ResolvedOptions, modules: BreathModules) {
    this.options = options
    this.modules = modules
    this.time = modules.time ?? systemTime
    this.logger = modules.logger ?? silentLogger
    this.clock = new HybridClock(options.node, this.time)
    this.publicFields = new Set(options.publicFields)
  }

  get parts(): Parts {
    if (this.#parts === undefined) throw new Error('the session is not open yet')
    return this.#parts
  }

  report(ref: string, error: BreathError): void {
    this.reports.set(ref, error)
    if (this.#reported.get(ref) === error.message) return
    this.#reported.set(ref, error.message)
    this.logger.warn({ ref, code: error.code, reason: error.message }, 'a ref is not taken as it is')
    if (error.code === 'REF_FOREIGN' || error.code === 'SIGNATURE_INVALID') this.modules.onAlarm?.(alarmOf(error))
  }

  /** The own ref says what the state says: nothing to commit, without asking git. */
  isCommitted(): boolean {
    return this.own !== null && this.#committed?.state === this.state && this.#committed.commit === this.own.commit
  }

  noteCommitted(): void {
    if (this.own !== null) this.#committed = { state: this.state, commit: this.own.commit }
  }

  get ownRef(): string {
    return OWN_PREFIX + this.options.node
  }

  /** Where the hub is; undefined when there is none. Throws BreathError `GIT_FAILED`. */
  async hub(): Promise<Hub | undefined> {
    const { repo, remote, git } = this.options
    if (remote === NO_HUB) return undefined
    return new Hub(this.parts.repository, await hubUrl(repo, remote, git))
  }

  /** Throws what the work throws, AbortError, or BreathError `BREATH_LOCKED`. */
  async operate<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return await this.#queue.run(async () => {
      const { lock } = await this.open()
      const release = await lock.acquire(signal)
      try {
        await this.#prepare(signal)
        return await work()
      } catch (error) {
        this.#suspect(error)
        throw error
      } finally {
        release()
      }
    })
  }

  /** With a repository that works, without waiting for the work of others where there is one already. */
  async ready(): Promise<Parts> {
    if (!this.#wasPrepared) await this.operate(async () => {})
    return this.parts
  }

  async open(): Promise<Parts> {
    this.#parts ??= await makeParts(this.options, this.modules, this.publicFields)
    return this.#parts
  }

  /** A refusal by a guard says nothing about the repository; anything that broke off does. */
  #suspect(error: unknown): void {
    if (!isAbort(error) && asBreathError(error).code !== 'GIT_FAILED') return
    this.#isSuspect = true
    const isRecent = this.time.monotonicMs() - this.#rebuiltMs < REBUILD_PAUSE_MS
    if (!isAbort(error) && !isRecent && isLocalDamage(asBreathError(error))) this.#isDamaged = true
  }

  async #prepare(signal?: AbortSignal): Promise<void> {
    if (this.#isDamaged) await this.#rebuild('its commands fail')
    if (this.#isSuspect) await this.#repair()
    try {
      await this.#load(signal)
    } catch (error) {
      if (isAbort(error) || signal?.aborted || !isUnreadable(asBreathError(error))) throw error
      await this.#rebuild(asBreathError(error).message)
      await this.#load(signal)
    }
    this.#isSuspect = false
    this.#wasPrepared = true
  }

  async #repair(): Promise<void> {
    const { repository, writer } = this.parts
    const { branch, gitTimeoutMs, repo, syncPaths } = this.options
    const findings = await repairRepository(repository.folder, branch, gitTimeoutMs)
    await sweepTemporaries([join(this.parts.folder, 'base'), ...syncPaths.map((path) => join(repo, dirname(path)))])
    const inClone = this.options.ownership === 'own' ? await repairClone(repo, branch) : []
    if (findings.length + inClone.length > 0) {
      writer.forget()
      this.logger.warn({ findings, inClone }, 'an interrupted state was put right')
    }
    this.isCloneReset ||= inClone.length > 0
  }

  /** The own clone was in the middle of something: files that it left with markers are taken back. */
  isCloneReset = false

  /** The old one is kept aside, once; state comes back from the hub, the peers and the files. */
  async #rebuild(why: string): Promise<void> {
    const { repository, writer, sources } = this.parts
    this.logger.error({ why }, 'the private repository is made anew')
    const aside = `${repository.folder}.broken`
    await rm(aside, { recursive: true, force: true })
    await rename(repository.folder, aside).catch(() => {})
    writer.forget()
    sources.forget()
    this.own = null
    this.#isDamaged = false
    this.#rebuiltMs = this.time.monotonicMs()
  }

  /** Takes over the own ref, if another process, or another life of this one, has moved it. */
  async #load(signal?: AbortSignal): Promise<void> {
    const { repository } = this.parts
    await repository.initialize(signal)
    if (this.#isSuspect) await repository.requireCommits(signal)
    this.refs = await repository.refs(signal)
    const commit = this.refs.get(this.ownRef)
    if (commit !== undefined && commit === this.own?.commit) return
    const state = commit === undefined ? await stateOfBases(this) : await this.#stateOf(commit, signal)
    this.state = mergeStates(this.state, state).state
    for (const stamp of stampsOf(state)) this.clock.observe(stamp)
    this.own = commit === undefined ? null : { commit, ...(await depthOf(repository, commit, signal)) }
    this.#noteUnpushed()
  }

  /** What an earlier life left unpublished has been waiting since then. */
  #noteUnpushed(): void {
    const isPublished = this.own?.commit === this.refs.get(HUB_PREFIX + this.options.node)
    if (this.own === null || isPublished || this.options.remote === NO_HUB) return
    const ageMs = Math.max(0, this.time.wallMs() - this.own.madeMs)
    this.unpushedSinceMs ??= this.time.monotonicMs() - ageMs
  }

  async #stateOf(commit: string, signal?: AbortSignal): Promise<BreathState> {
    const { repository } = this.parts
    const files = await readBlobs(repository, await listTree(repository, commit, signal), signal)
    return decodeState(files, this.options.syncPaths, this.options.depth)
  }
}

function alarmOf({ code, message }: BreathError): BreathAlarm {
  return { code, message }
}
