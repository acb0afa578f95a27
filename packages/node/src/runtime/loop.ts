import {
  type Effect,
  type EngineConfig,
  type EngineEvent,
  type EngineState,
  headOf,
  type StepResult,
  step,
} from '@montana/consensus'
import { AbortError, type TimeSource } from '@montana/foundation'
import { type DiskGate, isFull } from './disk-gate.js'

type WithoutTime<T> = T extends unknown ? Omit<T, 'nowMs'> : never
/** An event before the loop stamps it. */
export type LoopEvent = WithoutTime<EngineEvent>

export interface LoopModules {
  readonly time: TimeSource
  /** Where a step waits that a full disk has stopped. */
  readonly disk: Pick<DiskGate, 'attempt'>
  /**
   * Carries out one effect. What it throws ends the node, but want of space: then the step stands still before this
   * effect, and goes on with it once there is space. Nothing after it in the list may happen before it has.
   */
  execute(effect: Effect): void
  /** After every event whose effects are all carried out. */
  onStep(state: EngineState, headAdvanced: boolean): void
  onFatal(error: unknown): void
}

interface Waiter {
  readonly isReached: () => boolean
  readonly done: () => void
  readonly fail: (error: Error) => void
}

/** What the engine wants after one event, and how much of it is carried out. */
interface Step {
  readonly outcome: StepResult
  readonly headBefore: number
  done: number
}

/**
 * Feeds the pure engine: one event at a time, its effects in order, one timer for its next wake-up. A full disk holds the
 * step in progress: its state is not taken over, what comes meanwhile waits, and the engine never knows (decision 0034).
 */
export class EngineLoop {
  readonly #config: EngineConfig
  readonly #modules: LoopModules
  readonly #queue: EngineEvent[] = []
  readonly #waiters = new Set<Waiter>()
  #state: EngineState
  #timer: NodeJS.Timeout | undefined
  #held: Step | undefined
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

  /** A full disk holds the step in progress: what peers say now is better not asked for, and not taken. */
  get isHeld(): boolean {
    return this.#held !== undefined
  }

  /** While a step is held only what was under way already should come: it waits, without bound. */
  dispatch(event: LoopEvent): void {
    if (this.#isStopped) return
    this.#queue.push({ ...event, nowMs: this.#modules.time.monotonicMs() } as EngineEvent)
    if (!this.#isDraining) this.#drain()
  }

  /** Resolves once window `window` is applied; rejects with AbortError when `signal` fires or the loop stops. */
  waitForHead(window: number, signal: AbortSignal): Promise<void> {
    return this.#waitFor(() => this.head >= window, signal)
  }

  /** Resolves once no step is held by a full disk; rejects like {@link waitForHead}. */
  whenFree(signal: AbortSignal): Promise<void> {
    return this.#waitFor(() => !this.isHeld, signal)
  }

  #waitFor(isReached: () => boolean, signal: AbortSignal): Promise<void> {
    if (isReached()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        this.#waiters.delete(waiter)
        signal.removeEventListener('abort', onAbort)
        finish()
      }
      const fail = (error: Error) => settle(() => reject(error))
      const onAbort = () => fail(new AbortError(signal.reason))
      const waiter: Waiter = { isReached, done: () => settle(resolve), fail }
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
      while (!this.#held) {
        const event = this.#queue.shift()
        if (!event) break
        this.#handle(event)
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#isDraining = false
    }
  }

  #handle(event: EngineEvent): void {
    const held = { outcome: step(this.#config, this.#state, event), headBefore: this.head, done: 0 }
    this.#held = held
    if (this.#modules.disk.attempt(() => this.#carryOut(held))) return
    // The step that is held sets its own timer when it is done.
    clearTimeout(this.#timer)
  }

  /** From the first effect that is not done; called again from there when the disk was full. */
  #carryOut(held: Step): void {
    if (this.#isStopped) return
    const { effects } = held.outcome
    try {
      for (; held.done < effects.length; held.done++) this.#modules.execute(effects[held.done] as Effect)
      this.#finish(held)
    } catch (error) {
      if (isFull(error) && held.done < effects.length) throw error
      this.#fail(error)
    }
  }

  /** Only now is the state taken over: what an effect failed to make durable must not be shown either. */
  #finish({ outcome, headBefore }: Step): void {
    this.#held = undefined
    this.#state = outcome.state
    this.#setTimer(outcome.wakeAtMs)
    for (const waiter of [...this.#waiters]) if (waiter.isReached()) waiter.done()
    this.#modules.onStep(outcome.state, this.head !== headBefore)
    if (!this.#isDraining) this.#drain()
  }

  #fail(error: unknown): void {
    this.stop()
    this.#modules.onFatal(error)
  }

  #setTimer(wakeAtMs: number | undefined): void {
    clearTimeout(this.#timer)
    if (wakeAtMs === undefined || this.#isStopped) return
    const delay = Math.max(1, Math.ceil(wakeAtMs - this.#modules.time.monotonicMs()))
    this.#timer = setTimeout(() => this.dispatch({ type: 'wake' }), delay)
  }
}
