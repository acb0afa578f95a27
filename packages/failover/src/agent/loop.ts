import type { Clock, Core, Turn } from '../core/api.js'
import type { Effect, Heartbeat, Observation, Pause, PostBody } from '../core/types.js'
import { monotonicMs } from '../process/monotonic.js'
import type { BreathState } from './ports.js'

/** Between two turns when nothing arrives: spec three-mirror 4. */
export const TURN_MS = 250

export interface LoopModules<State> {
  readonly core: Core<State>
  readonly clock: () => Clock
  /** What is told of the breathing of this host. */
  readonly breath: () => BreathState | null
  beat(turn: Pick<Turn<State>, 'policies'>): void
  execute(effects: readonly Effect[]): void
  /** Comes after the effects; `decidedMs` is when they were decided, CLOCK_MONOTONIC. */
  onTurn(turn: Pick<Turn<State>, 'policies' | 'probeEveryMs' | 'witnessEveryMs'>, decidedMs: number): void
}

interface Waiter {
  readonly receiver: string
  resolve(heartbeat: Heartbeat): void
}

/**
 * Takes in what arrived, decides, and hands out effects, in one synchronous turn. Whoever asks this host for a sign of
 * life is answered from here, so that a loop which stands still answers nobody.
 */
export class DecisionLoop<State> {
  readonly #modules: LoopModules<State>
  #state: State
  #queue: Observation[] = []
  #waiters: Waiter[] = []
  #sequence = 0
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined

  constructor(modules: LoopModules<State>) {
    this.#modules = modules
    this.#state = modules.core.initial(modules.clock())
  }

  start(): void {
    this.#timer = setInterval(() => this.#turn(), TURN_MS)
    this.#turn()
  }

  stop(): void {
    clearInterval(this.#timer)
    clearImmediate(this.#immediate)
    this.#immediate = undefined
  }

  push(observation: Observation): void {
    this.#queue.push(observation)
    this.#schedule()
  }

  /** The heartbeat for `receiver`, as of the next turn. */
  answer(receiver: string): Promise<Heartbeat> {
    return new Promise((resolve) => {
      this.#waiters.push({ receiver, resolve })
      this.#schedule()
    })
  }

  /** For a request of our own: what is known now, decided by the last turn. */
  heartbeat(receiver: string): Heartbeat {
    const { core, clock, breath: breathOf } = this.#modules
    this.#takeIn()
    const heartbeat = core.heartbeat(this.#state, receiver, ++this.#sequence, clock().nowMs)
    const breath = breathOf()
    if (breath === null || breath.head === null) return heartbeat
    return { ...heartbeat, breath: { head: breath.head, lagMs: breath.lagMs } }
  }

  post(): PostBody {
    this.#takeIn()
    return this.#modules.core.post(this.#state, ++this.#sequence, this.#modules.clock().nowMs)
  }

  /** In force now, as others are told of it. */
  get pause(): Pause | null {
    return this.#modules.core.heartbeat(this.#state, '', this.#sequence, this.#modules.clock().nowMs).pause
  }

  #schedule(): void {
    this.#immediate ??= setImmediate(() => {
      this.#immediate = undefined
      this.#turn()
    })
  }

  #takeIn(): void {
    for (const observation of this.#queue.splice(0)) this.#state = this.#modules.core.observe(this.#state, observation)
  }

  #turn(): void {
    const { core, clock, beat, execute, onTurn } = this.#modules
    this.#takeIn()
    const turn = core.decide(this.#state, clock())
    const decidedMs = monotonicMs()
    this.#state = turn.state
    execute(turn.effects)
    onTurn(turn, decidedMs)
    for (const { receiver, resolve } of this.#waiters.splice(0)) resolve(this.heartbeat(receiver))
    beat(turn)
  }
}
