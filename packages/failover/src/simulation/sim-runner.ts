import type { RandomSource } from '@montana/foundation'
import type { Effect, RunnerEvent } from '../core/types.js'
import type { Epoch } from '../epoch.js'
import type { Scheduler } from './scheduler.js'

/** How the service of one host behaves when it is started and stopped. Durations in milliseconds. */
export interface RunnerHabits {
  readonly startMs: number
  readonly startJitterMs: number
  readonly stopMs: number
  readonly stopJitterMs: number
  readonly start: 'works' | 'throws' | 'hangs'
  /** A stop that hangs is killed when its budget is over; one that cannot be killed runs on. */
  readonly stop: 'works' | 'hangs' | 'unkillable'
}

export const USUAL_HABITS: RunnerHabits = {
  startMs: 100,
  startJitterMs: 300,
  stopMs: 10,
  stopJitterMs: 90,
  start: 'works',
  stop: 'works',
}

export type ServiceState = 'off' | 'starting' | 'on' | 'stopping'

/** The one service of one policy on one host. Whatever was begun before a newer order ends without a word. */
export class SimRunner {
  readonly #scheduler: Scheduler
  readonly #random: RandomSource
  readonly #report: (event: RunnerEvent) => void
  readonly #onChange: () => void
  #order = 0
  habits: RunnerHabits = USUAL_HABITS
  state: ServiceState = 'off'
  epoch: Epoch = 0n

  constructor(
    scheduler: Scheduler,
    random: RandomSource,
    handlers: { readonly report: (event: RunnerEvent) => void; readonly onChange: () => void },
  ) {
    this.#scheduler = scheduler
    this.#random = random
    this.#report = handlers.report
    this.#onChange = handlers.onChange
  }

  promote(epoch: Epoch): void {
    this.epoch = epoch
    this.#set('starting')
    const { start, startMs, startJitterMs } = this.habits
    if (start === 'hangs') return
    this.#later(startMs + this.#random.next() * startJitterMs, () => {
      if (start === 'throws') return this.#report({ kind: 'promote-failed', epoch, reason: 'the hook failed' })
      this.#set('on')
      this.#report({ kind: 'promoted', epoch })
    })
  }

  demote({ budgetMs }: Extract<Effect, { kind: 'demote' }>): void {
    if (this.state !== 'off') this.#set('stopping')
    const { stop, stopMs, stopJitterMs } = this.habits
    if (stop === 'unkillable') return
    const usualMs = stopMs + this.#random.next() * stopJitterMs
    this.#later(stop === 'hangs' ? budgetMs : Math.min(budgetMs, usualMs), () => this.#end())
  }

  /** SIGKILL, at once. */
  kill(delayMs = 5): void {
    if (this.habits.stop === 'unkillable') return
    this.#later(delayMs, () => this.#end())
  }

  /** The process dies by itself; nobody is told. */
  crash(): void {
    this.#order++
    this.#set('off')
  }

  #end(): void {
    this.#set('off')
    this.#report({ kind: 'demoted' })
  }

  #set(state: ServiceState): void {
    this.state = state
    this.#onChange()
  }

  #later(delayMs: number, run: () => void): void {
    const order = ++this.#order
    this.#scheduler.after(delayMs, () => {
      if (order === this.#order) run()
    })
  }
}
