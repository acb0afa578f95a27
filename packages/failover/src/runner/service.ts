import { AbortError, errorMessage, sleep, TimeoutError, withTimeout } from '@montana/foundation'
import type { PolicyServices, Tenure } from '../agent/ports.js'
import type { ServiceConfig } from '../config/types.js'
import type { ServiceHealth } from '../core/types.js'
import { FailoverError } from '../errors.js'
import type { HealthWatch } from '../health/watch.js'
import { LocalRestarts } from './local-restarts.js'

/** One way to run a service. */
export interface ServiceForm {
  /** May be called again with another tenure once it has ended. What it begins after `signal` fired is its own to end. */
  start(tenure: Tenure, signal: AbortSignal): Promise<void>
  /** True when nothing of it runs, as far as can be known without asking anybody. */
  hasEnded(): boolean
  /** Also before any start, for what an earlier life left. Rejects when something may still run after `budgetMs`. */
  stop(init: { readonly budgetMs: number; readonly isGraceful: boolean }): Promise<void>
  /** At once, without waiting. */
  kill(): void
  prepare?(signal: AbortSignal): Promise<void>
  quiesce?(signal: AbortSignal): Promise<void>
}

export type RunnableService = Pick<ServiceConfig, 'name' | 'promoteTimeoutMs' | 'localRestarts'>

/** Between two looks whether a service that was started is healthy. */
const LOOK_MS = 50

/** Start and stop with their post-conditions: promoted when it is healthy, demoted when nothing runs. Spec 10.1, 10.2. */
export function createService(service: RunnableService, form: ServiceForm, health: HealthWatch): PolicyServices {
  return new ManagedService(service, form, health)
}

class ManagedService implements PolicyServices {
  readonly #service: RunnableService
  readonly #form: ServiceForm
  readonly #health: HealthWatch
  readonly #restarts: LocalRestarts
  #tail: Promise<unknown> = Promise.resolve()

  constructor(service: RunnableService, form: ServiceForm, health: HealthWatch) {
    this.#service = service
    this.#form = form
    this.#health = health
    this.#restarts = new LocalRestarts(service.localRestarts, (tenure, signal) => this.#restart(tenure, signal))
    health.onChange((found) => this.#restarts.judge(found))
  }

  promote(tenure: Tenure, signal: AbortSignal): Promise<void> {
    return this.#next(async () => {
      await this.#bringUp(tenure, signal)
      this.#restarts.arm(tenure, signal)
      this.#health.watch('running', () => this.#form.hasEnded())
    })
  }

  /** Does not wait for a promotion: its signal has fired, and what it started must go. */
  async demote(init: { readonly budgetMs: number; readonly isGraceful: boolean }): Promise<void> {
    this.#restarts.disarm()
    this.#health.watch('standby')
    await this.#form.stop(init)
    // What was being started while this ran is gone too when the next one begins.
    if (!this.#form.hasEnded()) await this.#form.stop({ ...init, isGraceful: false })
  }

  prepare(signal: AbortSignal): Promise<void> {
    return this.#next(async () => await this.#form.prepare?.(signal))
  }

  quiesce(signal: AbortSignal): Promise<void> {
    return this.#next(async () => await this.#form.quiesce?.(signal))
  }

  fence(): void {
    this.#restarts.disarm()
    this.#form.kill()
  }

  onHealth(listener: (health: ServiceHealth) => void): () => void {
    return this.#restarts.onHealth(listener)
  }

  async close(): Promise<void> {
    this.#restarts.disarm()
    this.#health.close()
    this.#form.kill()
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work)
    this.#tail = result.catch(() => {})
    return result
  }

  /** In place, under the same tenure: `localRestarts`. */
  #restart(tenure: Tenure, signal: AbortSignal): Promise<void> {
    return this.#next(async () => {
      await this.#form.stop({ budgetMs: this.#service.promoteTimeoutMs, isGraceful: false })
      await this.#bringUp(tenure, signal)
      this.#health.watch('running', () => this.#form.hasEnded())
    })
  }

  /** A start that hangs is given up after `promoteTimeoutMs` like a service that does not become healthy. */
  async #bringUp(tenure: Tenure, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new AbortError(signal.reason)
    const { promoteTimeoutMs, name } = this.#service
    const last = { failure: 'it has not been started' }
    const work = async (within: AbortSignal) => {
      await this.#form.start(tenure, within)
      await this.#untilHealthy(within, last)
    }
    try {
      await withTimeout(promoteTimeoutMs, signal, work)
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error
      throw failed(`service ${name} was not healthy after ${promoteTimeoutMs} ms: ${last.failure}`)
    }
    if (signal.aborted) throw new AbortError(signal.reason)
  }

  async #untilHealthy(signal: AbortSignal, last: { failure: string }): Promise<void> {
    for (;;) {
      if (this.#form.hasEnded()) throw failed(`service ${this.#service.name} ended by itself`)
      const failure = await this.#health.check(signal).catch(errorMessage)
      if (failure === null) return
      last.failure = failure
      await sleep(LOOK_MS, signal)
    }
  }
}

function failed(what: string): FailoverError {
  return new FailoverError('HOOK_FAILED', what)
}
