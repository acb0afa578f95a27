import { isAbort, sleep } from '@montana/foundation'
import type { HealthConfig, ServiceConfig } from '../config/types.js'
import type { ServiceHealth } from '../core/types.js'
import { type CheckResult, runCheck } from './checks.js'
import { ProgressWatch } from './progress.js'

type Listener = (health: ServiceHealth) => void

export type CheckedService = Pick<
  ServiceConfig,
  'health' | 'ready' | 'healthIntervalMs' | 'healthTimeoutMs' | 'healthFailures' | 'progressTimeoutMs'
>

/** Asks a running service whether it is well, and a standby whether it could be. Spec three-mirror 5.5. */
export class HealthWatch {
  readonly #service: CheckedService
  readonly #listeners = new Set<Listener>()
  readonly #end = new AbortController()
  #round = new AbortController()
  #latest: ServiceHealth

  constructor(service: CheckedService) {
    this.#service = service
    this.#latest = { isHealthy: null, isReady: service.ready.length === 0, lagMs: 0 }
    this.watch('standby')
  }

  /**
   * Begins anew: what was counted before belongs to another life of the service. One that is known to be gone is unhealthy
   * at once, whoever else may answer the checks.
   */
  watch(what: 'running' | 'standby', isGone: () => boolean = () => false): void {
    this.#round.abort()
    this.#round = new AbortController()
    const signal = AbortSignal.any([this.#round.signal, this.#end.signal])
    const work = what === 'running' ? this.#watchRunning(signal, isGone) : this.#watchStandby(signal)
    work.catch((error: unknown) => {
      if (!isAbort(error)) throw error
    })
  }

  /** One round of all checks of a running service: null when all hold. */
  async check(signal: AbortSignal): Promise<CheckResult> {
    return await this.#all(this.#service.health, signal, undefined)
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener)
    listener(this.#latest)
    return () => void this.#listeners.delete(listener)
  }

  close(): void {
    this.#end.abort()
    this.#listeners.clear()
  }

  async #watchRunning(signal: AbortSignal, isGone: () => boolean): Promise<void> {
    const { health, healthFailures, healthIntervalMs, progressTimeoutMs } = this.#service
    const progress = new ProgressWatch(progressTimeoutMs)
    let failures = 0
    this.#show({ isHealthy: true, isReady: true })
    for (;;) {
      const startMs = performance.now()
      const failure = await this.#all(health, signal, progress)
      failures = failure === null && !isGone() ? 0 : failures + 1
      if (failures === 0) this.#show({ isHealthy: true, isReady: true })
      else if (failures >= healthFailures || isGone()) this.#show({ isHealthy: false, isReady: true })
      await sleep(Math.max(0, startMs + healthIntervalMs - performance.now()), signal)
    }
  }

  async #watchStandby(signal: AbortSignal): Promise<void> {
    const { ready, healthIntervalMs } = this.#service
    this.#show({ isHealthy: null, isReady: ready.length === 0 || this.#latest.isReady })
    while (ready.length > 0) {
      const isReady = (await this.#all(ready, signal, undefined)) === null
      this.#show({ isHealthy: null, isReady })
      await sleep(healthIntervalMs, signal)
    }
  }

  /** All in parallel, each within its time; the first failure. */
  async #all(
    checks: readonly HealthConfig[],
    signal: AbortSignal,
    progress: ProgressWatch | undefined,
  ): Promise<CheckResult> {
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(this.#service.healthTimeoutMs)])
    const outcomes = await Promise.all(checks.map((check) => runCheck(check, timeout)))
    signal.throwIfAborted()
    const failure = outcomes.find((outcome) => outcome.failure !== null)?.failure ?? null
    const counters = outcomes.map(({ progress: counter }) => counter)
    return failure ?? progress?.failureOf(counters, performance.now()) ?? null
  }

  #show(change: Pick<ServiceHealth, 'isHealthy' | 'isReady'>): void {
    const { isHealthy, isReady } = this.#latest
    if (isHealthy === change.isHealthy && isReady === change.isReady) return
    this.#latest = { ...this.#latest, ...change }
    for (const listener of this.#listeners) listener(this.#latest)
  }
}
