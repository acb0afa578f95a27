import { errorCode, isAbort, type Logger, withTimeout } from '@montana/foundation'
import type { Inbox } from './inbox.js'
import type { EngineLoop } from './loop.js'

/** A source whose window failed, or that did not answer, is left alone for this long. */
const BLAME_MS = 60_000
/** … doubling with each failure, up to this. */
const BLAME_MAX_MS = 3_600_000
/** One EnvelopeRange exchange: spec transport 14.1. */
const REQUEST_TIMEOUT_MS = 15_000
/** A window whose clock value must be recomputed takes as long as the clock does; the deadline is per window. */
const APPLY_TIMEOUT_MS = 300_000

/** One cemented window as a peer stores it; a certificate comes with it where the network votes. */
export interface RangeWindow {
  readonly envelope: Uint8Array
  readonly certificate: Uint8Array | undefined
}

export interface CatchUpModules {
  readonly loop: EngineLoop
  readonly inbox: Inbox
  readonly logger: Logger
  /** Fetches consecutive windows from `fromWindow` on. */
  fetchRange(peerId: string, fromWindow: number, signal: AbortSignal): Promise<readonly RangeWindow[]>
  monotonicMs(): number
}

/** Brings a node that is behind to the head of its peers, window by window and in order: spec protocol 15.1. */
export class CatchUp {
  readonly #modules: CatchUpModules
  readonly #heads = new Map<string, number>()
  readonly #blamedUntil = new Map<string, number>()
  readonly #failures = new Map<string, number>()
  readonly #abort = new AbortController()
  #isRunning = false

  constructor(modules: CatchUpModules) {
    this.#modules = modules
  }

  /**
   * Where the network is, as far as claims tell: the second highest of the peers in good standing, so that no single
   * peer can make this node look behind. With one peer there is only its word.
   */
  get target(): number {
    const claims = [...this.#heads].filter(([peer]) => this.#isUsable(peer)).map(([, head]) => head)
    const [highest = 0, second = highest] = claims.sort((a, b) => b - a)
    return Math.max(this.#modules.loop.head, second)
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  notePeerHead(peerId: string, window: number): void {
    this.#heads.set(peerId, window)
    void this.#run()
  }

  /** A message from beyond the next window hints that its sender is ahead; by how much it does not prove. */
  noteBehind(peerId: string): void {
    this.notePeerHead(peerId, Math.max(this.#modules.loop.head + 1, this.#heads.get(peerId) ?? 0))
  }

  /** Its claim goes with the connection; a blame that still runs does not, or reconnecting would clear it. */
  forgetPeer(peerId: string): void {
    this.#heads.delete(peerId)
    if (this.#isUsable(peerId)) this.#forgive(peerId)
  }

  stop(): void {
    this.#abort.abort()
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      for (let peer = this.#pickSource(); peer !== undefined; peer = this.#pickSource()) await this.#pull(peer)
    } finally {
      this.#isRunning = false
    }
  }

  #pickSource(): string | undefined {
    const { loop } = this.#modules
    if (this.#abort.signal.aborted) return undefined
    const usable = [...this.#heads].filter(([peer, head]) => head > loop.head && this.#isUsable(peer))
    const failures = (peer: string) => this.#failures.get(peer) ?? 0
    return usable.sort(([a, headA], [b, headB]) => failures(a) - failures(b) || headB - headA)[0]?.[0]
  }

  async #pull(peerId: string): Promise<void> {
    const { loop, fetchRange, logger } = this.#modules
    const fromWindow = loop.head + 1
    try {
      const fetch = (signal: AbortSignal) => fetchRange(peerId, fromWindow, signal)
      const windows = await withTimeout(REQUEST_TIMEOUT_MS, this.#abort.signal, fetch)
      if (windows.length === 0) throw new Error('the answer holds no window')
      for (const [index, one] of windows.entries()) await this.#apply(peerId, fromWindow + index, one)
      this.#forgive(peerId)
    } catch (error) {
      if (isAbort(error)) return
      this.#blame(peerId)
      logger.warn(
        { peer: peerId.slice(-8), fromWindow, code: errorCode(error) },
        'peer dropped as a source for catch-up',
      )
    }
  }

  /** Each window passes the same acceptance as a live one; one that fails ends the use of its source. */
  async #apply(peerId: string, window: number, { envelope, certificate }: RangeWindow): Promise<void> {
    const { loop, inbox } = this.#modules
    if (loop.head >= window) return
    await inbox.takeEnvelope(peerId, envelope, 'range')
    if (certificate && loop.head < window) await inbox.takeCertificate(peerId, certificate)
    if (loop.head < window && !loop.state.held) throw new Error(`window ${window} was rejected`)
    await withTimeout(APPLY_TIMEOUT_MS, this.#abort.signal, (signal) => loop.waitForHead(window, signal))
  }

  #forgive(peerId: string): void {
    this.#blamedUntil.delete(peerId)
    this.#failures.delete(peerId)
  }

  #isUsable(peerId: string): boolean {
    return (this.#blamedUntil.get(peerId) ?? 0) <= this.#modules.monotonicMs()
  }

  /** A claim that could not be made good is forgotten; whoever fails again is asked later and after the others. */
  #blame(peerId: string): void {
    const failures = (this.#failures.get(peerId) ?? 0) + 1
    this.#failures.set(peerId, failures)
    this.#heads.delete(peerId)
    const blameMs = Math.min(BLAME_MAX_MS, BLAME_MS * 2 ** (failures - 1))
    this.#blamedUntil.set(peerId, this.#modules.monotonicMs() + blameMs)
  }
}
