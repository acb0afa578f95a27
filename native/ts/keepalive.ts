import type { ServiceManager } from './service-manager.js'

/** Of spec operations 10; a shorter WatchdogSec of the unit makes it shorter. */
const EVERY_MS = 20_000
/** Keepalives per WatchdogSec at least. */
const SHARE = 3

export interface Keepalive {
  /** The service is up: `READY=1`, and from now on `WATCHDOG=1` as long as its event loop turns and it is alive. */
  ready(): void
  /** `STOPPING=1`, and silence. */
  stop(): void
}

const nobody: Keepalive = { ready: () => {}, stop: () => {} }

/**
 * Tells `manager` that a service lives. `isAlive` is asked once per interval, on the event loop, which therefore has
 * turned; on false nothing is sent, and the manager ends the service when WatchdogSec is over.
 */
export function createKeepalive(manager: ServiceManager | undefined, isAlive: () => boolean): Keepalive {
  return manager ? new ManagedKeepalive(manager, isAlive) : nobody
}

class ManagedKeepalive implements Keepalive {
  readonly #manager: ServiceManager
  readonly #isAlive: () => boolean
  #timer: NodeJS.Timeout | undefined
  #isReady = false

  constructor(manager: ServiceManager, isAlive: () => boolean) {
    this.#manager = manager
    this.#isAlive = isAlive
  }

  ready(): void {
    this.#isReady = this.#manager.tell('READY=1')
    const { watchdogMs } = this.#manager
    const everyMs = watchdogMs === null ? EVERY_MS : Math.min(EVERY_MS, watchdogMs / SHARE)
    this.#timer = setInterval(() => this.#beat(), everyMs)
    // Nothing is kept alive only to say that it is.
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#manager.tell('STOPPING=1')
  }

  #beat(): void {
    const isAlive = this.#isAlive()
    if (!this.#isReady) this.#isReady = this.#manager.tell('READY=1')
    if (isAlive && this.#manager.watchdogMs !== null) this.#manager.tell('WATCHDOG=1')
  }
}
