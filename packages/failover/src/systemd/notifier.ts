import type { Logger } from '@montana/foundation'
import { openServiceManager, type ServiceManager } from '@montana/native'
import { monotonicMs } from '../process/monotonic.js'

export interface Notifier {
  /** The decision loop turned: `READY=1` the first time, `WATCHDOG=1` from then on. */
  beat(): void
  /** The agent is giving its roles away. */
  stopping(): void
}

/** Of spec three-mirror 3.1; a shorter WatchdogSec of the unit makes it shorter. */
const KEEPALIVE_MS = 500
/** Keepalives per WatchdogSec at least. */
const SHARE = 4

const nobody: Notifier = { beat: () => {}, stopping: () => {} }

/** Tells the service manager that the loop turns, if there is one: NOTIFY_SOCKET and WATCHDOG_USEC of sd_notify(3). */
export function createNotifier(environment: NodeJS.ProcessEnv, logger: Logger): Notifier {
  const manager = openServiceManager(environment, logger)
  return manager ? new LoopNotifier(manager) : nobody
}

/** No timer of its own: the loop itself speaks, or nobody does. */
class LoopNotifier implements Notifier {
  readonly #manager: ServiceManager
  readonly #everyMs: number
  #sentMs = Number.NEGATIVE_INFINITY
  #isReady = false

  constructor(manager: ServiceManager) {
    this.#manager = manager
    this.#everyMs = Math.min(KEEPALIVE_MS, (manager.watchdogMs ?? Number.POSITIVE_INFINITY) / SHARE)
  }

  beat(): void {
    const nowMs = monotonicMs()
    if (nowMs - this.#sentMs < this.#everyMs) return
    this.#sentMs = nowMs
    this.#isReady = this.#manager.tell(this.#isReady ? 'WATCHDOG=1' : 'READY=1\nWATCHDOG=1') || this.#isReady
  }

  stopping(): void {
    this.#manager.tell('STOPPING=1')
  }
}
