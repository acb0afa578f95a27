import { errorCode, isAbort, type Logger, withTimeout } from '@montana/foundation'
import type { Inbox } from './inbox.js'
import type { EngineLoop } from './loop.js'

/** A source whose window failed, or that did not answer, is left alone for this long. */
const BLAME_MS = 60_000
/** One EnvelopeRange exchange: spec transport 14.1. */
const REQUEST_TIMEOUT_MS = 15_000
/** A window whose clock value must be recomputed takes as long as the clock does; the deadline is per window. */
const APPLY_TIMEOUT_MS = 300_000

export interface RangeAnswer {
  readonly firstWindow: number
  readonly envelopes: readonly Uint8Array[]
}

export interface CatchUpModules {
  readonly loop: EngineLoop
  readonly inbox: Inbox
  readonly logger: Logger
  /** Fetches stored envelopes from `fromWindow` on. */
  fetchRange(peerId: string, fromWindow: number, signal: AbortSignal): Promise<RangeAnswer>
  monotonicMs(): number
}

/** Brings a node that is behind to the head of its peers, window by window and in order: spec protocol 15.1. */
export class CatchUp {
  readonly #modules: CatchUpModules
  readonly #heads = new Map<string, number>()
  readonly #blamedUntil = new Map<string, number>()
  readonly #abort = new AbortController()
  #isRunning = false

  constructor(modules: CatchUpModules) {
    this.#modules = modules
  }

  /** The highest window that a peer in good standing claims; a claim steers whom to ask, it never changes state. */
  get target(): number {
    const claims = [...this.#heads].filter(([peer]) => this.#isUsable(peer)).map(([, head]) => head)
    return Math.max(this.#modules.loop.head, ...claims)
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  notePeerHead(peerId: string, window: number): void {
    this.#heads.set(peerId, window)
    void this.#run()
  }

  /** A message for `window` shows that its sender has cemented the one before. */
  noteBehind(peerId: string, window: number): void {
    this.notePeerHead(peerId, Math.max(window - 1, this.#heads.get(peerId) ?? 0))
  }

  forgetPeer(peerId: string): void {
    this.#heads.delete(peerId)
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
    return usable.sort(([, a], [, b]) => b - a)[0]?.[0]
  }

  async #pull(peerId: string): Promise<void> {
    const { loop, fetchRange, logger } = this.#modules
    const fromWindow = loop.head + 1
    try {
      const fetch = (signal: AbortSignal) => fetchRange(peerId, fromWindow, signal)
      const { firstWindow, envelopes } = await withTimeout(REQUEST_TIMEOUT_MS, this.#abort.signal, fetch)
      if (firstWindow !== fromWindow || envelopes.length === 0) throw new Error('answer does not begin where asked')
      for (const [index, bytes] of envelopes.entries()) await this.#apply(peerId, firstWindow + index, bytes)
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
  async #apply(peerId: string, window: number, bytes: Uint8Array): Promise<void> {
    const { loop, inbox } = this.#modules
    if (loop.head >= window) return
    await inbox.receiveEnvelope(peerId, bytes)
    if (loop.head < window && !loop.state.held) throw new Error(`window ${window} was rejected`)
    await withTimeout(APPLY_TIMEOUT_MS, this.#abort.signal, (signal) => loop.waitForHead(window, signal))
  }

  #isUsable(peerId: string): boolean {
    return (this.#blamedUntil.get(peerId) ?? 0) <= this.#modules.monotonicMs()
  }

  #blame(peerId: string): void {
    this.#blamedUntil.set(peerId, this.#modules.monotonicMs() + BLAME_MS)
  }
}
