import { type Effect, type EngineConfig, type EngineEvent, type EngineState, headOf, step } from '@montana/consensus'
import { AbortError, type TimeSource } from '@montana/foundation'

type WithoutTime<T> = T extends unknown ? Omit<T, 'nowMs'> : never
/** An event before the loop stamps it. */
export type LoopEvent = WithoutTime<EngineEvent>

export interface LoopModules {
  readonly time: TimeSource
  /** Carries out one effect. What it throws ends the node: nothing after it in the list may happen. */
  execute(effect: Effect): void
  /** After every event whose effects are all carried out. */
  onStep(state: EngineState, headAdvanced: boolean): void
  onFatal(error: unknown): void
}

interface Waiter {
  readonly window: number
  readonly done: () => void
  readonly fail: (error: Error) => void
}

/** Feeds the pure engine: one event at a time, its effects in order, one timer for its next wake-up. */
export class EngineLoop {
  readonly #config: EngineConfig
  readonly #modules: LoopModules
  readonly #queue: EngineEvent[] = []
  readonly #waiters = new Set<Waiter>()
  #state: EngineState
  #timer: NodeJS.Timeout | undefined
  #isDraining = false
  #isStopped = false

  constructor(config: EngineConfig, state: EngineState, modules: LoopModules) {
    this.#config = config
    this.#state = state
    this.#modules = modules
  }

  /** How this network finds its proposers. */
  get rule(): EngineConfig['rule'] {
    return this.#config.rule
  }

  get state(): EngineState {
    return this.#state
  }

  get head(): number {
    return headOf(this.#state)
  }

  dispatch(event: LoopEvent): void {
    if (this.#isStopped) return
    this.#queue.push({ ...event, nowMs: this.#modules.time.monotonicMs() } as EngineEvent)
    if (!this.#isDraining) this.#drain()
  }

  /** Resolves once window `window` is applied; rejects with AbortError when `signal` fires or the loop stops. */
  waitForHead(window: number, signal: AbortSignal): Promise<void> {
    if (this.head >= window) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        this.#waiters.delete(waiter)
        signal.removeEventListener('abort', onAbort)
        finish()
      }
      const fail = (error: Error) => settle(() => reject(error))
      const onAbort = () => fail(new AbortError(signal.reason))
      const waiter: Waiter = { window, done: () => settle(resolve), fail }
      if (signal.aborted || this.#isStopped) return onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiters.add(waiter)
    })
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#queue.length = 0
    for (const waiter of [...this.#waiters]) waiter.fail(new AbortError('stopped'))
  }

  #drain(): void {
    this.#isDraining = true
    try {
      for (let event = this.#queue.shift(); event; event = this.#queue.shift()) this.#handle(event)
    } catch (error) {
      this.stop()
      this.#modules.onFatal(error)
    } finally {
      this.#isDraining = false
    }
  }

  #handle(event: EngineEvent): void {
    const before = this.head
    const { state, effects, wakeAtMs } = step(this.#config, this.#state, event)
    for (const effect of effects) this.#modules.execute(effect)
    // Only now: what an effect failed to make durable must not be shown either.
    this.#state = state
    this.#setTimer(wakeAtMs)
    for (const waiter of [...this.#waiters]) if (this.head >= waiter.window) waiter.done()
    this.#modules.onStep(state, this.head !== before)
  }

  #setTimer(wakeAtMs: number | undefined): void {
    clearTimeout(this.#timer)
    if (wakeAtMs === undefined || this.#isStopped) return
    const delay = Math.max(1, Math.ceil(wakeAtMs - this.#modules.time.monotonicMs()))
    this.#timer = setTimeout(() => this.dispatch({ type: 'wake' }), delay)
  }
}
