import { errorCode, errorMessage, type Logger, sleep, withTimeout } from '@montana/foundation'
import type { Observation, PostBody } from '../core/types.js'
import type { SignedPost, Witness } from '../witness/types.js'

/** Spec three-mirror 7.2, S1. */
const FAST_INTERVAL_MS = 1_000
const SLOW_INTERVAL_MS = 5_000
/** Post and read of one round: 5.3. */
const FAST_TIMEOUT_MS = 500
const SLOW_TIMEOUT_MS = 3_000

export interface WitnessRoundModules {
  readonly nowMs: () => number
  post(): PostBody
  sign(body: PostBody): SignedPost
  push(observation: Observation): void
  readonly logger: Logger
}

/** Rounds without an answer after which the reason is logged, once: a lost packet is no news. */
const FAILURES_TOLD = 3

/** Posts at one witness and, only after that was acknowledged, reads there: S1 and S2. */
export class WitnessRounds {
  readonly #witness: Witness
  readonly #modules: WitnessRoundModules
  #wake: (() => void) | undefined
  #isWoken = false
  #failures = 0
  #fastEveryMs = FAST_INTERVAL_MS

  constructor(witness: Witness, modules: WitnessRoundModules) {
    this.#witness = witness
    this.#modules = modules
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const startMs = this.#modules.nowMs()
      this.#isWoken = false
      await this.#round(signal)
      await this.#pause(startMs + this.#intervalMs() - this.#modules.nowMs(), signal)
    }
  }

  /** From now on, start to start; a slow witness keeps its own interval. */
  every(ms: number): void {
    this.#fastEveryMs = ms
  }

  /** A round now, or as soon as the running one is over. */
  wake(): void {
    this.#isWoken = true
    this.#wake?.()
  }

  #intervalMs(): number {
    return this.#witness.isSlow ? SLOW_INTERVAL_MS : this.#fastEveryMs
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#isWoken || ms <= 0) return
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    await sleep(ms, AbortSignal.any([signal, woken.signal])).catch(() => {})
    this.#wake = undefined
    signal.throwIfAborted()
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { nowMs, push } = this.#modules
    try {
      await this.#post(signal)
      await this.#read(signal)
      this.#noteAnswer()
    } catch (error) {
      if (signal.aborted) return
      push({ kind: 'witness-failed', witness: this.#witness.name, atMs: nowMs() })
      this.#noteFailure(error)
    }
  }

  #noteAnswer(): void {
    const { name: witness } = this.#witness
    if (this.#failures >= FAILURES_TOLD) this.#modules.logger.info({ witness }, 'witness answers again')
    this.#failures = 0
  }

  #noteFailure(error: unknown): void {
    if (++this.#failures !== FAILURES_TOLD) return
    const facts = { witness: this.#witness.name, code: errorCode(error), reason: errorMessage(error) }
    this.#modules.logger.warn(facts, 'witness does not answer')
  }

  async #post(signal: AbortSignal): Promise<void> {
    const { nowMs, push, post, sign } = this.#modules
    const body = post()
    const sentAtMs = nowMs()
    await withTimeout(this.#timeoutMs, signal, (inner) => this.#witness.post(sign(body), inner))
    const { sequence } = body
    push({ kind: 'witness-posted', witness: this.#witness.name, sentAtMs, atMs: nowMs(), sequence })
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { nowMs, push } = this.#modules
    const sentAtMs = nowMs()
    const read = await withTimeout(this.#timeoutMs, signal, (inner) => this.#witness.read(inner))
    push({ kind: 'witness-read', witness: this.#witness.name, sentAtMs, atMs: nowMs(), ...read })
  }

  get #timeoutMs(): number {
    return this.#witness.isSlow ? SLOW_TIMEOUT_MS : FAST_TIMEOUT_MS
  }
}
