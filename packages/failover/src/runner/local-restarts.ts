import { isAbort } from '@montana/foundation'
import type { Tenure } from '../agent/ports.js'
import type { ServiceHealth } from '../core/types.js'

type Listener = (health: ServiceHealth) => void
type Restart = (tenure: Tenure, signal: AbortSignal) => Promise<void>

interface Armed {
  readonly tenure: Tenure
  readonly signal: AbortSignal
}

/**
 * Restarts in place before anybody hears that a service is unhealthy, `count` times per tenure (spec three-mirror 5.5). Then,
 * or when the restart fails, the others hear, and the next host takes over.
 */
export class LocalRestarts {
  readonly #count: number
  readonly #restart: Restart
  readonly #listeners = new Set<Listener>()
  #latest: ServiceHealth | undefined
  #armed: Armed | undefined
  #left = 0
  #isRestarting = false

  constructor(count: number, restart: Restart) {
    this.#count = count
    this.#restart = restart
  }

  /** A tenure begins. */
  arm(tenure: Tenure, signal: AbortSignal): void {
    this.#armed = { tenure, signal }
    this.#left = this.#count
  }

  disarm(): void {
    this.#armed = undefined
    this.#isRestarting = false
  }

  judge(health: ServiceHealth): void {
    if (this.#isRestarting) return
    if (health.isHealthy === false && this.#armed && this.#left > 0) void this.#again(this.#armed, health)
    else this.#show(health)
  }

  onHealth(listener: Listener): () => void {
    this.#listeners.add(listener)
    if (this.#latest) listener(this.#latest)
    return () => void this.#listeners.delete(listener)
  }

  async #again(armed: Armed, unhealthy: ServiceHealth): Promise<void> {
    this.#left -= 1
    this.#isRestarting = true
    try {
      await this.#restart(armed.tenure, armed.signal)
    } catch (error) {
      if (this.#armed === armed && !isAbort(error)) this.#show(unhealthy)
    } finally {
      if (this.#armed === armed) this.#isRestarting = false
    }
  }

  #show(health: ServiceHealth): void {
    this.#latest = health
    for (const listener of this.#listeners) listener(health)
  }
}
