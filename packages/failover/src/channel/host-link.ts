import { AbortError, errorCode, isAbort, type Logger, type RandomSource, sleep } from '@montana/foundation'
import { FailoverError } from '../errors.js'
import { MAX_REDIAL_MS, MIN_REDIAL_MS } from './constants.js'
import { firstOf } from './first-of.js'
import type { RequestType } from './types.js'
import type { Requester } from './wire/requester.js'

/** What may arrive twice: a question, or the same news again. Never what gives or takes a tenure. */
const REPEATABLE: ReadonlySet<RequestType> = new Set(['heartbeat', 'probe', 'poke', 'breathWant', 'history'])

export interface HostLinkInit {
  readonly host: string
  /** One verified connection. Throws FailoverError or AbortError. */
  readonly dial: (signal: AbortSignal) => Promise<Requester>
  readonly random: RandomSource
  readonly monotonicMs: () => number
  readonly logger: Logger
}

/**
 * Invariants: at most one dial is in flight, and one is, or a pause before it, whenever there is no connection or the
 * present one let a request go unanswered. What may be repeated is then asked on both; anything else waits for the new
 * one. A connection that was replaced lives until its last request is settled.
 */
export class HostLink {
  readonly #stop = new AbortController()
  readonly #waiting = new Set<PromiseWithResolvers<Requester>>()
  readonly #open = new Set<Requester>()
  #current: Requester | null = null
  #isSuspect = false
  #isDialling = false
  /** Dials since the last answer: what the pause before the next one grows with. */
  #attempts = 0
  #rttMs: number | null = null
  #lastRefusal: string | null = null

  constructor(readonly init: HostLinkInit) {
    this.#dialIfNeeded()
  }

  get isConnected(): boolean {
    return this.#current !== null
  }

  get rttMs(): number | null {
    return this.#rttMs
  }

  /** Code of the last failed dial; null after an answer. */
  get lastRefusal(): string | null {
    return this.#lastRefusal
  }

  /** Every connection of this link, replaced ones included. */
  get connections(): readonly Requester[] {
    return [...this.#open]
  }

  async request(type: RequestType, body: unknown, signal: AbortSignal): Promise<unknown> {
    const send = (connection: Requester, inner: AbortSignal) => this.#exchange(connection, type, body, inner, signal)
    const current = this.#current
    if (current && !this.#isSuspect) return await send(current, signal)
    if (!current || !REPEATABLE.has(type)) return await send(await this.#usable(signal), signal)
    return await firstOf(signal, [
      (inner) => send(current, inner),
      async (inner) => await send(await this.#usable(inner), inner),
    ])
  }

  close(reason: FailoverError): void {
    this.#stop.abort()
    for (const waiting of this.#waiting) waiting.reject(reason)
    for (const connection of this.#open) connection.close(reason)
  }

  /** One try on one connection. `inner` may end it early; only the caller's own `signal` makes that a miss. */
  async #exchange(
    connection: Requester,
    type: RequestType,
    body: unknown,
    inner: AbortSignal,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { answers } = connection
    const startMs = this.init.monotonicMs()
    try {
      const answer = await connection.request(type, body, inner)
      this.#answered(connection, this.init.monotonicMs() - startMs)
      return answer
    } catch (error) {
      if (isAbort(error) && signal.aborted && connection.answers === answers) this.#missed(connection)
      throw error
    }
  }

  /**
   * Waits for the dial that is under way, or for the present connection to answer something after all. When the dial
   * fails it is the present connection, if there is one; else its failure is that of the request.
   */
  async #usable(signal: AbortSignal): Promise<Requester> {
    if (signal.aborted) throw new AbortError(signal.reason)
    if (this.#stop.signal.aborted) throw new FailoverError('CHANNEL_CLOSED', 'the channel is closed')
    const waiting = Promise.withResolvers<Requester>()
    const onAbort = () => waiting.reject(new AbortError(signal.reason))
    signal.addEventListener('abort', onAbort, { once: true })
    this.#waiting.add(waiting)
    try {
      return await waiting.promise
    } finally {
      this.#waiting.delete(waiting)
      signal.removeEventListener('abort', onAbort)
    }
  }

  #answered(connection: Requester, rttMs: number): void {
    this.#attempts = 0
    this.#rttMs = rttMs
    this.#lastRefusal = null
    if (connection !== this.#current) return
    this.#isSuspect = false
    this.#settle(connection)
  }

  /** One stuck connection must never be the cause of a death: another is dialled beside it. Spec three-mirror 5.1. */
  #missed(connection: Requester): void {
    if (connection !== this.#current) return
    this.#isSuspect = true
    this.#dialIfNeeded()
  }

  #dialIfNeeded(): void {
    const isNeeded = this.#current === null || this.#isSuspect
    if (!isNeeded || this.#isDialling || this.#stop.signal.aborted) return
    this.#isDialling = true
    this.#dial()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#isDialling = false
        this.#dialIfNeeded()
      })
  }

  async #dial(): Promise<void> {
    const { signal } = this.#stop
    await sleep(this.#pauseMs(), signal)
    this.#attempts++
    this.#adopt(await this.init.dial(signal))
  }

  /** None before the first dial, then 100 ms doubling to a second; between half and all of it, so that hosts spread. */
  #pauseMs(): number {
    if (this.#attempts === 0) return 0
    const full = Math.min(MAX_REDIAL_MS, MIN_REDIAL_MS * 2 ** (this.#attempts - 1))
    return full * (0.5 + this.init.random.next() / 2)
  }

  #adopt(connection: Requester): void {
    const replaced = this.#current
    this.#open.add(connection)
    this.#current = connection
    this.#isSuspect = false
    connection.closed.then((reason) => this.#ended(connection, reason))
    this.#settle(connection)
    replaced?.retire()
  }

  #settle(connection: Requester): void {
    for (const { resolve } of this.#waiting) resolve(connection)
  }

  #ended(connection: Requester, reason: FailoverError): void {
    this.#open.delete(connection)
    if (connection !== this.#current) return
    this.#current = null
    // Sent away before it answered anything: for us, too, a refusal, of which we are told nothing.
    if (connection.answers === 0) this.#lastRefusal = reason.code
    this.init.logger.debug({ host: this.init.host, code: reason.code }, 'node channel: connection ended')
    this.#dialIfNeeded()
  }

  #failed(error: unknown): void {
    if (this.#stop.signal.aborted) return
    const code = errorCode(error)
    if (code !== this.#lastRefusal) this.init.logger.warn({ host: this.init.host, code }, 'node channel: no connection')
    this.#lastRefusal = code
    if (this.#current) return this.#settle(this.#current)
    for (const { reject } of this.#waiting) reject(error)
  }
}
