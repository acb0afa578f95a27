import { errorCode, isAbort, type Logger, withTimeout } from '@montana/foundation'
import { EXT_ERROR, ExtError } from '@montana/network'
import type { ProofEvidence } from '@montana/timechain'
import type { Authenticator } from '../authenticator.js'
import type { Inbox } from '../inbox.js'
import type { EngineLoop } from '../loop.js'
import { Change } from './change.js'
import { isLie, WrongWindow } from './errors.js'
import { APPLY_TIMEOUT_MS, FOLLOWS_WITHIN, GATHER_MS, GRACE_MS, SMALL_GAP, WINDOW_LIMITS } from './limits.js'
import type { Source } from './plan.js'
import { type CatchUpProgress, type CatchUpTotals, RateMeter } from './progress.js'
import { type ProofAhead, ProofsAhead, type ProofsAheadModules } from './proofs-ahead.js'
import { type Fetched, RangeFetcher } from './range-fetcher.js'
import { SignaturesAhead } from './signatures-ahead.js'
import { Standing } from './standing.js'
import type { FetchWindows, RangeWindow } from './window-source.js'

/** Between two looks at slow peers while nothing happens. */
const LOOK_AGAIN_MS = 500
/** A busy peer that names no time is left alone for this long. */
const REST_MS = 500
const MS_PER_S = 1_000

export interface CatchUpModules {
  readonly loop: EngineLoop
  readonly inbox: Inbox
  readonly authenticator: Authenticator
  readonly logger: Logger
  readonly fetchWindows: FetchWindows
  readonly proofs: Pick<ProofsAheadModules, 'requests' | 'verifier' | 'policy'>
  /** Whether the network layer lets this peer be asked: spec transport 16.3. */
  isSource(peerId: string): boolean
  /** How many peers may yet tell of their heads. */
  expectedPeers(): number
  /** A peer gave what does not hold. */
  onLie(peerId: string, window: number, detail: string, evidence?: ProofEvidence): void
  /** True: a snapshot closes this gap; nothing more is fetched here, and another service takes over from it. */
  handsOver(gap: Gap): boolean
  /** After each window that was applied. */
  onApplied(): void
  monotonicMs(): number
}

/** How far this node is behind, in windows, and how fast windows have been applied so far. */
export interface Gap {
  readonly head: number
  readonly target: number
  readonly windowsPerSecond: number | undefined
}

interface Session {
  readonly from: number
  readonly startedAtMs: number
  /** Undefined while sources are gathered; then how far the network was ahead, windows. */
  gap: number | undefined
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
  readonly #rate = new RateMeter()
  #session: Session | undefined
  #totals = { windows: 0, seconds: 0 }

  constructor(modules: CatchUpModules) {
    this.#modules = modules
    const { fetchWindows: fetch, monotonicMs: nowMs, loop, authenticator, logger } = modules
    this.#standing = new Standing(nowMs)
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

  get isRunning(): boolean {
    return this.#session !== undefined
  }

  /** Undefined while this node follows. */
  get progress(): CatchUpProgress | undefined {
    if (!this.#isFarBehind) return undefined
    const { head } = this.#modules.loop
    const { from = head } = this.#session ?? {}
    const target = this.target
    const rate = this.#rate.rate(this.#modules.monotonicMs())
    return {
      mode: 'range',
      phase: 'range',
      from,
      head,
      target,
      windowsPerSecond: rate,
      etaSeconds: rate === undefined ? undefined : Math.ceil((target - head) / rate),
      peers: [...new Set([...this.#windows.peers, ...this.#proofs.peers])].filter((peer) => peer !== ''),
      bytesFetched: this.#windows.bytesFetched + this.#proofs.bytesFetched,
      bytesTwice: this.#windows.bytesTwice + this.#proofs.bytesTwice,
      chunks: undefined,
    }
  }

  get totals(): CatchUpTotals {
    const { windows, seconds } = this.#totals
    return {
      mode: windows > 0 ? 'range' : undefined,
      windows,
      seconds: seconds + this.#secondsOfSession,
      bytesFetched: this.#windows.bytesFetched + this.#proofs.bytesFetched,
      bytesTwice: this.#windows.bytesTwice + this.#proofs.bytesTwice,
    }
  }

  notePeerHead(peerId: string, window: number): void {
    this.#standing.note(peerId, window)
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
    if (this.#session || !this.#isBehind) return
    const { loop, monotonicMs } = this.#modules
    this.#session = { from: loop.head, startedAtMs: monotonicMs(), gap: undefined }
    try {
      if (this.#gap <= FOLLOWS_WITHIN) await this.#graceful()
      else await this.#gather()
      this.#session.gap = this.#gap
      while (this.#isBehind && !this.#isHandedOver()) await this.#step()
    } finally {
      this.#totals.seconds += this.#secondsOfSession
      this.#rate.reset()
      this.#session = undefined
      if (!this.#abort.signal.aborted) this.#pump()
    }
  }

  #isHandedOver(): boolean {
    const { loop, handsOver, monotonicMs } = this.#modules
    const gap = { head: loop.head, target: this.target, windowsPerSecond: this.#rate.rate(monotonicMs()) }
    if (!this.#isFarBehind || !handsOver(gap)) return false
    this.stop()
    return true
  }

  get #isFarBehind(): boolean {
    return (this.#session?.gap ?? this.#gap) > FOLLOWS_WITHIN && this.#session !== undefined
  }

  get #secondsOfSession(): number {
    if (!this.#session || !this.#isFarBehind) return 0
    return (this.#modules.monotonicMs() - this.#session.startedAtMs) / MS_PER_S
  }

  /** How far the highest claim is ahead, windows. */
  get #gap(): number {
    return Math.max(0, ...this.#claims.map(({ head }) => head - this.#modules.loop.head))
  }

  get #isBehind(): boolean {
    const { loop } = this.#modules
    const isStopped = this.#abort.signal.aborted || loop.state.halted !== undefined
    return !isStopped && this.#gap > 0
  }

  get #claims() {
    return this.#standing.claims.filter(({ peer }) => this.#modules.isSource(peer))
  }

  async #graceful(): Promise<void> {
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
      if (this.#gap <= SMALL_GAP || this.#claims.length >= expectedPeers()) return
      await this.#change.wait(Math.min(leftMs, LOOK_AGAIN_MS), signal)
    }
  }

  async #step(): Promise<void> {
    this.#pump()
    const window = this.#modules.loop.head + 1
    const next = this.#windows.get(window)
    if (next && this.#isProofSettled(window)) return await this.#applyNext(window, next)
    await this.#change.wait(LOOK_AGAIN_MS, this.#abort.signal)
  }

  /** A value that the own clock has computed needs no proof. */
  #isProofSettled(window: number): boolean {
    return this.#modules.loop.state.clockValue !== undefined || this.#proofs.isSettled(window)
  }

  #onChange(): void {
    if (this.#session?.gap !== undefined && !this.#abort.signal.aborted) this.#pump()
    this.#change.notify()
  }

  #pump(): void {
    const { head } = this.#modules.loop
    const claimed = this.#session ? Math.max(head, ...this.#claims.map((claim) => claim.head)) : head
    this.#windows.pump(head, claimed)
    this.#proofs.pump(head, this.#windows.heldUpTo)
    this.#signatures.pump(head)
  }

  #sources(): Omit<Source, 'asked'>[] {
    return this.#claims
      .filter(({ isResting }) => !isResting)
      .map(({ peer, head, failures }) => ({ peer, upTo: head, failures }))
  }

  #valueAt(window: number): Uint8Array | undefined {
    const { context } = this.#modules.loop.state.chain
    return context.window === window ? context.timechainValue : this.#windows.get(window)?.value.timechainValue
  }

  async #applyNext(window: number, { peer, value, endsAnswer }: Fetched<RangeWindow>): Promise<void> {
    try {
      await this.#apply(peer, window, value)
      if (this.#isFarBehind) this.#noteApplied()
      if (endsAnswer) this.#standing.forgive(peer)
    } catch (error) {
      if (!isAbort(error) && this.#modules.loop.head < window) this.#fail(peer, window, error)
    }
  }

  #noteApplied(): void {
    this.#totals.windows++
    this.#rate.mark(this.#modules.monotonicMs())
    this.#modules.onApplied()
  }

  /** Each window passes the same acceptance as a live one; one that fails ends the use of its source. */
  async #apply(peerId: string, window: number, { envelope, certificate }: RangeWindow): Promise<void> {
    const { loop, inbox } = this.#modules
    if (loop.head >= window) return
    await inbox.takeEnvelope(peerId, envelope, 'range')
    if (certificate && loop.head < window) await inbox.takeCertificate(peerId, certificate)
    if (loop.head < window && !loop.state.held && !loop.state.halted) throw new WrongWindow(window)
    await withTimeout(APPLY_TIMEOUT_MS, this.#abort.signal, (signal) => loop.waitForHead(window, signal))
  }

  #onInvalidProof(window: number, peer: string, evidence: ProofEvidence | undefined): void {
    this.#modules.onLie(peer, window, 'a proof of its clock value does not hold', evidence)
    this.#dismiss(peer, window, 'PROOF_INVALID')
  }

  #fail(peer: string, window: number, error: unknown): void {
    if (isAbort(error)) return
    if (error instanceof ExtError && isBusy(error)) return this.#standing.rest(peer, error.retryAfterMs || REST_MS)
    if (isLie(error)) this.#modules.onLie(peer, window, 'its window does not hold')
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

function isBusy({ extCode }: ExtError): boolean {
  return extCode === EXT_ERROR.busy || extCode === EXT_ERROR.rateLimited
}
