import { AbortError, errorMessage, type TimeSource, withTimeout } from '@montana/foundation'
import type { StagedPiece } from '@montana/store'
import { type PeerFault, peerFault, type SyncPeer } from '../peer.js'
import type { DropReason, PlanEffect, PlanEvent } from '../plan/events.js'
import type { PlanLimits } from '../plan/limits.js'
import { newPlan, type Plan, type PlanInit } from '../plan/state.js'
import { stepPlan } from '../plan/step.js'
import type { ProveModules } from '../verify/chunk.js'
import { type AnchorRoots, askPiece, endOf } from './ask.js'

/** How often the list of peers is read. No special reason. */
const PEERS_EVERY_MS = 500
/** Who serves an anchor brings something new within this time: "busy" for ever is as good as gone. */
const STALL_MS = 90_000
/** Longer than the mesh waits for an answer and for its turn: nothing but a guard. */
const ANSWER_MS = 60_000

const REASONS: Readonly<Record<DropReason, string>> = {
  lied: 'what it sent does not hold',
  refuted: 'it called subtrees too large that others sent whole',
  refuses: 'it called one subtree after another too large and sent none',
  slow: 'others answered many times as fast',
}

type EventInit = PlanEvent extends infer E ? (E extends PlanEvent ? Omit<E, 'atMs'> : never) : never

export interface DownloadModules extends Omit<ProveModules, 'signal'> {
  readonly anchor: AnchorRoots
  readonly limits: PlanLimits
  readonly time: TimeSource
  readonly signal: AbortSignal
  /** How long nobody may serve the anchor before the download ends as `stuck`. */
  readonly patienceMs: number
  /** How long nothing new may be proven before it ends so. */
  readonly stallMs?: number | undefined
  /** Who may be asked now. */
  peers(): readonly SyncPeer[]
  /** Resolves when the piece is durable, to false after an abort. */
  stage(piece: StagedPiece): Promise<boolean>
  onFetched(peer: SyncPeer, bytes: number): void
  onStaged(piece: StagedPiece): void
  onDropped(peer: SyncPeer, reason: DropReason, detail: string): void
}

/** Runs one plan: asks, proves, stages, and tells the plan what came of it. */
export class Download {
  readonly #modules: DownloadModules
  readonly #open = new Map<number, AbortController>()
  readonly #known = new Map<string, SyncPeer>()
  readonly #details = new Map<string, string>()
  readonly #ended = Promise.withResolvers<'done' | 'stuck'>()
  #plan: Plan
  #isOver = false
  #provenAtMs: number
  #wake: NodeJS.Timeout | undefined
  #patience: NodeJS.Timeout | undefined

  constructor(tables: PlanInit['tables'], modules: DownloadModules) {
    this.#modules = modules
    this.#plan = newPlan({ tables, limits: modules.limits })
    this.#provenAtMs = modules.time.monotonicMs()
  }

  get plan(): Plan {
    return this.#plan
  }

  /** `stuck`: nobody serves the anchor any more, or nobody brings anything of it. Rejects with abort, and with what the store throws. */
  async run(): Promise<'done' | 'stuck'> {
    const { signal } = this.#modules
    const onAbort = () => this.#fail(new AbortError(signal.reason))
    signal.addEventListener('abort', onAbort, { once: true })
    const poll = setInterval(() => this.#meet(), PEERS_EVERY_MS)
    try {
      if (signal.aborted) onAbort()
      this.#meet()
      return await this.#ended.promise
    } finally {
      this.#isOver = true
      signal.removeEventListener('abort', onAbort)
      clearInterval(poll)
      clearTimeout(this.#wake)
      clearTimeout(this.#patience)
      for (const controller of this.#open.values()) controller.abort()
    }
  }

  #fail(error: unknown): void {
    this.#ended.reject(error)
  }

  #meet(): void {
    const { peers: peersNow, time, stallMs = STALL_MS } = this.#modules
    if (time.monotonicMs() - this.#provenAtMs > stallMs) return this.#ended.resolve('stuck')
    const peers = peersNow()
    for (const peer of peers) this.#known.set(peer.id, peer)
    this.#dispatch({ type: 'peers', ids: peers.map(({ id }) => id) })
  }

  #dispatch(event: EventInit): void {
    if (this.#isOver) return
    const { plan, effects } = stepPlan(this.#plan, { ...event, atMs: this.#modules.time.monotonicMs() } as PlanEvent)
    this.#plan = plan
    clearTimeout(this.#wake)
    for (const effect of effects) this.#execute(effect)
    if (plan.said !== 'stuck') this.#calm()
  }

  #execute(effect: PlanEffect): void {
    switch (effect.type) {
      case 'ask':
        return void this.#work(effect).catch((error: unknown) => this.#fail(error))
      case 'cancel':
        return this.#cancel(effect.job)
      case 'drop':
        return this.#drop(effect)
      case 'wake':
        return this.#wakeAt(effect.atMs)
      case 'done':
        return this.#ended.resolve('done')
      case 'stuck':
        this.#patience ??= setTimeout(() => this.#ended.resolve('stuck'), this.#modules.patienceMs)
    }
  }

  #wakeAt(atMs: number): void {
    const delayMs = Math.max(1, Math.ceil(atMs - this.#modules.time.monotonicMs()))
    this.#wake = setTimeout(() => this.#dispatch({ type: 'tick' }), delayMs)
  }

  #calm(): void {
    clearTimeout(this.#patience)
    this.#patience = undefined
  }

  #drop({ peer: id, reason }: PlanEffect & { type: 'drop' }): void {
    const peer = this.#known.get(id)
    if (peer) this.#modules.onDropped(peer, reason, this.#details.get(id) ?? REASONS[reason])
  }

  #cancel(job: number): void {
    this.#open.get(job)?.abort()
    this.#open.delete(job)
  }

  async #work({ job, peer: id, piece }: PlanEffect & { type: 'ask' }): Promise<void> {
    const peer = this.#known.get(id)
    if (!peer) return this.#dispatch({ type: 'failed', job })
    const { anchor, limits, backend, hasher } = this.#modules
    const controller = new AbortController()
    this.#open.set(job, controller)
    const asking = (signal: AbortSignal) => askPiece(peer, piece, anchor, limits.chunkRecords, signal)
    const answer = await this.#answered(job, peer, withTimeout(ANSWER_MS, controller.signal, asking))
    if (!answer) return
    this.#modules.onFetched(peer, answer.bytes)
    if (!this.#open.has(job)) return
    this.#dispatch({ type: 'answered', job, bytes: answer.bytes })
    const proven = await this.#proven(answer.prove({ backend, hasher, signal: controller.signal }))
    if (proven === 'aborted') return
    if (!proven) return this.#lied(job, id, `a chunk of the ${piece.table} table does not have the root of the header`)
    if (!(await this.#modules.stage(proven))) return
    this.#open.delete(job)
    this.#provenAtMs = this.#modules.time.monotonicMs()
    this.#modules.onStaged(proven)
    this.#dispatch({ type: 'proven', job, records: proven.keys.length / 32, hi: endOf(proven) })
  }

  async #answered<T>(job: number, { id }: SyncPeer, answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer
    } catch (error) {
      if (!this.#open.has(job) || this.#isOver) return undefined
      this.#open.delete(job)
      this.#report(job, id, peerFault(error), errorMessage(error))
      return undefined
    }
  }

  async #proven(proof: Promise<StagedPiece | undefined>): Promise<StagedPiece | undefined | 'aborted'> {
    try {
      return await proof
    } catch (error) {
      if (this.#isOver) return 'aborted'
      throw error
    }
  }

  #report(job: number, peer: string, fault: PeerFault, message: string): void {
    switch (fault.kind) {
      case 'busy':
        return this.#dispatch({ type: 'busy', job, retryAfterMs: fault.retryAfterMs })
      case 'lied':
        return this.#lied(job, peer, `an answer to another question: ${message}`)
      default:
        return this.#dispatch({ type: fault.kind, job })
    }
  }

  #lied(job: number, peer: string, detail: string): void {
    this.#open.delete(job)
    this.#details.set(peer, detail)
    this.#dispatch({ type: 'lied', job })
  }
}
