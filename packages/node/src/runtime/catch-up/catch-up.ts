import { CodecError } from '@montana/codec'
import { errorCode, isAbort, type Logger, withTimeout } from '@montana/foundation'
import type { ProofEvidence } from '@montana/timechain'
import type { Authenticator } from '../authenticator.js'
import type { Inbox } from '../inbox.js'
import type { EngineLoop } from '../loop.js'
import { applyWindow } from './apply-window.js'
import { Change } from './change.js'
import { isBusy, PROOF_INVALID, WrongWindow } from './errors.js'
import { FOLLOWS_WITHIN, GATHER_MS, GRACE_MS, SMALL_GAP, WINDOW_LIMITS } from './limits.js'
import type { Source } from './plan.js'
import type { CatchUpProgress, CatchUpTotals } from './progress.js'
import { type ProofAhead, ProofsAhead, type ProofsAheadModules } from './proofs-ahead.js'
import { type Fetched, RangeFetcher } from './range-fetcher.js'
import { Session } from './session.js'
import { SignaturesAhead } from './signatures-ahead.js'
import { Standing, type StandingModules } from './standing.js'
import type { FetchWindows, RangeWindow } from './window-source.js'

/** Between two looks at slow peers while nothing happens. */
const LOOK_AGAIN_MS = 500
/** A busy peer that names no time is left alone for this long. */
const REST_MS = 500

export interface CatchUpModules extends StandingModules {
  readonly loop: EngineLoop
  readonly inbox: Inbox
  readonly authenticator: Authenticator
  readonly logger: Logger
  readonly fetchWindows: FetchWindows
  readonly proofs: Pick<ProofsAheadModules, 'requests' | 'verifier' | 'policy'>
  /** How many peers may yet tell of their heads. */
  expectedPeers(): number
  /** A peer gave what does not hold. */
  onLie(peerId: string, window: number, detail: string, evidence?: ProofEvidence): void
  /** True: a snapshot closes this gap; nothing more is fetched here, and another service takes over from it. */
  handsOver(gap: Gap): boolean
  /** After each window that was applied. */
  onApplied(): void
}

/** How far this node is behind, in windows, and how fast windows have been applied so far. */
export interface Gap {
  readonly head: number
  readonly target: number
  readonly windowsPerSecond: number | undefined
}

/**
 * Brings a node that is behind to the head of its peers: spec protocol 15.1. Windows are fetched ahead from all of them,
 * what can be verified ahead is, and each is then applied in order, as a live message is.
 */
export class CatchUp {
  readonly #modules: CatchUpModules
  readonly #standing: Standing
  readonly #windows: RangeFetcher<RangeWindow>
  readonly #proofs: ProofsAhead
  readonly #signatures: SignaturesAhead
  readonly #change = new Change()
  readonly #abort = new AbortController()
  readonly #session: Session

  constructor(modules: CatchUpModules) {
    this.#modules = modules
    const { fetchWindows: fetch, monotonicMs: nowMs, loop, authenticator, logger } = modules
    this.#standing = new Standing(modules)
    this.#session = new Session(nowMs)
    const common = {
      sources: () => this.#sources(),
      nowMs,
      onChange: () => this.#onChange(),
      onFailed: ({ peer, from }: { peer: string; from: number }, error: unknown) => this.#fail(peer, from, error),
    }
    this.#windows = new RangeFetcher({
      ...common,
      limits: WINDOW_LIMITS,
      fetch: (ask, signal) => {
        logger.debug({ peer: ask.peer.slice(-8), fromWindow: ask.from, count: ask.count }, 'windows asked for')
        return fetch(ask, signal)
      },
    })
    this.#proofs = new ProofsAhead({
      ...modules.proofs,
      ...common,
      valueAt: (window) => this.#valueAt(window),
      onInvalid: (window, peer, evidence) => this.#onInvalidProof(window, peer, evidence),
    })
    const windowAt = (window: number) => this.#windows.get(window)?.value
    this.#signatures = new SignaturesAhead({ authenticator, logger, windowAt, chain: () => loop.state.chain })
  }

  /** Where the network is, as far as claims tell. */
  get target(): number {
    return Math.max(this.#modules.loop.head, this.#standing.secondHighest)
  }

  /** Not while it waits for a window that is most likely on its way. */
  get isRunning(): boolean {
    return this.#session.isFetching || (this.#session.isOpen && this.#claimedGap > FOLLOWS_WITHIN)
  }

  /** Undefined while this node follows. */
  get progress(): CatchUpProgress | undefined {
    if (!this.#session.isFarBehind) return undefined
    const { head } = this.#modules.loop
    const { from = head, rate } = this.#session
    const { target } = this
    return {
      mode: 'range',
      phase: 'range',
      from,
      head,
      target,
      windowsPerSecond: rate,
      etaSeconds: rate === undefined ? undefined : Math.ceil((target - head) / rate),
      peers: [...new Set([...this.#windows.peers, ...this.#proofs.peers])].filter((peer) => peer !== ''),
      ...this.#traffic,
      chunks: undefined,
    }
  }

  get totals(): CatchUpTotals {
    const { windows, seconds } = this.#session.totals
    return { mode: windows > 0 ? 'range' : undefined, windows, seconds, ...this.#traffic }
  }

  get #traffic() {
    return {
      bytesFetched: this.#windows.bytesFetched + this.#proofs.bytesFetched,
      bytesTwice: this.#windows.bytesTwice + this.#proofs.bytesTwice,
    }
  }

  /** A peer has the windows from `oldest` to `window`, it says. */
  notePeerHead(peerId: string, window: number, oldest?: number): void {
    this.#standing.note(peerId, window, oldest)
    this.#onChange()
    void this.#run()
  }

  /** A message from beyond the next window hints that its sender is ahead; by how much it does not prove. */
  noteBehind(peerId: string): void {
    this.notePeerHead(peerId, Math.max(this.#modules.loop.head + 1, this.#standing.headOf(peerId)))
  }

  /** What came of it can still be used, and is judged as before. */
  forgetPeer(peerId: string): void {
    this.#standing.forget(peerId)
    this.#onChange()
  }

  /** The proof of a window that is about to be applied; undefined where catching up does not see to it. */
  proofOf(window: number): ProofAhead | undefined {
    return this.#proofs.find(window)
  }

  stop(): void {
    this.#abort.abort()
    this.#windows.stop()
    this.#proofs.stop()
  }

  async #run(): Promise<void> {
    if (this.#session.isOpen || !this.#isBehind) return
    this.#session.open(this.#modules.loop.head)
    try {
      if (this.#claimedGap <= FOLLOWS_WITHIN) await this.#waitForOne()
      else await this.#gather()
      this.#session.begin(this.#claimedGap)
      // Where nobody has the next window any more only a snapshot helps.
      while (this.#isBehind && !this.#isHandedOver() && this.#gap > 0) await this.#step()
    } finally {
      this.#session.close()
    }
  }

  #isHandedOver(): boolean {
    const { loop, handsOver } = this.#modules
    this.#session.widen(this.#claimedGap)
    const gap = { head: loop.head, target: this.target, windowsPerSecond: this.#session.rate }
    if (!this.#session.isFarBehind || !handsOver(gap)) return false
    this.stop()
    return true
  }

  /** How far the highest claim is ahead, windows … */
  get #claimedGap(): number {
    return this.#standing.claimedGap(this.#modules.loop.head)
  }

  /** … and that of those who have the next window. */
  get #gap(): number {
    return this.#standing.gap(this.#modules.loop.head)
  }

  get #isBehind(): boolean {
    const isStopped = this.#abort.signal.aborted || this.#modules.loop.state.halted !== undefined
    return !isStopped && this.#claimedGap > 0
  }

  /** One window that is missing is most often on its way. */
  async #waitForOne(): Promise<void> {
    const { loop } = this.#modules
    const next = (signal: AbortSignal) => loop.waitForHead(loop.head + 1, signal)
    await withTimeout(GRACE_MS, this.#abort.signal, next).catch(() => {})
  }

  /** With much to fetch the first that answers is not asked for all of it. */
  async #gather(): Promise<void> {
    const { monotonicMs, expectedPeers } = this.#modules
    const { signal } = this.#abort
    const untilMs = monotonicMs() + GATHER_MS
    for (let leftMs = GATHER_MS; leftMs > 0 && !signal.aborted; leftMs = untilMs - monotonicMs()) {
      if (this.#claimedGap <= SMALL_GAP || this.#standing.claims.length >= expectedPeers()) return
      await this.#change.wait(Math.min(leftMs, LOOK_AGAIN_MS), signal)
    }
  }

  async #step(): Promise<void> {
    const { loop } = this.#modules
    // While the disk is full nothing can be applied, and that is no peer's fault.
    if (loop.isHeld) return await loop.whenFree(this.#abort.signal).catch(() => this.stop())
    this.#pump()
    const window = loop.head + 1
    const next = this.#windows.get(window)
    if (next && this.#isProofSettled(window)) return await this.#applyNext(window, next)
    await this.#change.wait(LOOK_AGAIN_MS, this.#abort.signal)
  }

  /** A value that the own clock has computed needs no proof. */
  #isProofSettled(window: number): boolean {
    return this.#modules.loop.state.clockValue !== undefined || this.#proofs.isSettled(window)
  }

  #onChange(): void {
    if (this.#session.isFetching && !this.#abort.signal.aborted) this.#pump()
    this.#change.notify()
  }

  #pump(): void {
    const { head } = this.#modules.loop
    this.#windows.pump(head, head + this.#gap)
    this.#proofs.pump(head, this.#windows.heldUpTo)
    this.#signatures.pump(head)
  }

  #sources(): Omit<Source, 'asked'>[] {
    const awake = this.#standing.claims.filter(({ isResting }) => !isResting)
    return awake.map(({ peer, head: upTo, oldest, failures }) => {
      return { peer, upTo, failures, lacks: (window) => window < oldest }
    })
  }

  #valueAt(window: number): Uint8Array | undefined {
    const { context } = this.#modules.loop.state.chain
    return context.window === window ? context.timechainValue : this.#windows.get(window)?.value.timechainValue
  }

  async #applyNext(window: number, { peer, value, endsAnswer }: Fetched<RangeWindow>): Promise<void> {
    try {
      await applyWindow({ ...this.#modules, signal: this.#abort.signal }, peer, window, value)
      this.#session.noteApplied()
      this.#modules.onApplied()
      if (endsAnswer) this.#standing.forgive(peer)
    } catch (error) {
      // Nothing is applied any more, whatever the window was like.
      if (isAbort(error) || this.#abort.signal.aborted) return this.stop()
      const { head, isHeld } = this.#modules.loop
      if (head < window && !isHeld) this.#fail(peer, window, error)
    }
  }

  #onInvalidProof(window: number, peer: string, evidence: ProofEvidence | undefined): void {
    this.#modules.onLie(peer, window, 'a proof of its clock value does not hold', evidence)
    this.#dismiss(peer, window, PROOF_INVALID)
  }

  #fail(peer: string, window: number, error: unknown): void {
    if (isBusy(error)) return this.#standing.rest(peer, error.retryAfterMs || REST_MS)
    // The network layer ends.
    if (isAbort(error)) return this.#standing.rest(peer, REST_MS)
    if (error instanceof WrongWindow) this.#modules.onLie(peer, window, 'its window does not hold')
    if (error instanceof CodecError) this.#modules.onLie(peer, window, 'its answer cannot be read')
    this.#dismiss(peer, window, errorCode(error))
  }

  #dismiss(peer: string, fromWindow: number, code: string): void {
    this.#standing.blame(peer)
    this.#windows.drop(peer)
    this.#proofs.drop(peer)
    this.#modules.logger.warn({ peer: peer.slice(-8), fromWindow, code }, 'peer dropped as a source for catch-up')
    this.#change.notify()
  }
}
