import { AbortError, errorMessage, sleep } from '@montana/foundation'
import type { PolicyServices, Tenure } from '../agent/ports.js'
import type { ServiceConfig } from '../config/types.js'
import type { ServiceHealth } from '../core/types.js'
import { FailoverError } from '../errors.js'
import type { HealthWatch } from '../health/watch.js'

/** One way to run a service. */
export interface ServiceForm {
  start(tenure: Tenure, signal: AbortSignal): Promise<void>
  /** True when nothing of it runs. */
  hasEnded(): boolean
  stop(init: { readonly budgetMs: number; readonly isGraceful: boolean }): Promise<void>
  /** At once, without waiting. */
  kill(): void
  prepare?(signal: AbortSignal): Promise<void>
  quiesce?(signal: AbortSignal): Promise<void>
}

/** Between two looks whether a service that was started is healthy. */
const LOOK_MS = 50

/** Start and stop with their post-conditions: promoted when it is healthy, demoted when nothing runs. Spec 10.1, 10.2. */
export function createService(service: ServiceConfig, form: ServiceForm, health: HealthWatch): PolicyServices {
  return new ManagedService(service, form, health)
}

class ManagedService implements PolicyServices {
  readonly #service: ServiceConfig
  readonly #form: ServiceForm
  readonly #health: HealthWatch
  #tail: Promise<unknown> = Promise.resolve()

  constructor(service: ServiceConfig, form: ServiceForm, health: HealthWatch) {
    this.#service = service
    this.#form = form
    this.#health = health
  }

  promote(tenure: Tenure, signal: AbortSignal): Promise<void> {
    return this.#next(async () => {
      if (signal.aborted) throw new AbortError(signal.reason)
      await this.#form.start(tenure, signal)
      await this.#untilHealthy(signal)
      this.#health.watch('running')
    })
  }

  /** Does not wait for a promotion: its signal has fired, and what it started must go. */
  async demote(init: { readonly budgetMs: number; readonly isGraceful: boolean }): Promise<void> {
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
    this.#form.kill()
  }

  onHealth(listener: (health: ServiceHealth) => void): () => void {
    return this.#health.onChange(listener)
  }

  async close(): Promise<void> {
    this.#health.close()
    this.#form.kill()
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work)
    this.#tail = result.catch(() => {})
    return result
  }

  async #untilHealthy(signal: AbortSignal): Promise<void> {
    const { promoteTimeoutMs, name } = this.#service
    const endMs = performance.now() + promoteTimeoutMs
    let last = 'no check has answered'
    while (performance.now() < endMs) {
      if (this.#form.hasEnded()) throw new FailoverError('HOOK_FAILED', `service ${name} ended by itself`)
      const failure = await this.#health.check(signal).catch(errorMessage)
      if (failure === null) return
      last = failure
      await sleep(LOOK_MS, signal)
    }
    throw new FailoverError('HOOK_FAILED', `service ${name} was not healthy after ${promoteTimeoutMs} ms: ${last}`)
  }
}
