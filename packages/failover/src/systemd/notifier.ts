import { errorMessage, type Logger } from '@montana/foundation'
import { type NotifySocket, openNotifySocket } from '@montana/native'
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
const US_PER_MS = 1_000

const nobody: Notifier = { beat: () => {}, stopping: () => {} }

/** Tells the service manager that the loop turns, if there is one: NOTIFY_SOCKET and WATCHDOG_USEC of sd_notify(3). */
export function createNotifier(environment: NodeJS.ProcessEnv, logger: Logger): Notifier {
  const address = environment.NOTIFY_SOCKET
  if (!address) return nobody
  const socket = openNotifySocket(address)
  if (socket.notice) logger.warn({ code: 'NOTIFY_SLOW' }, socket.notice)
  const watchdogMs = Number(environment.WATCHDOG_USEC ?? '') / US_PER_MS
  return new SocketNotifier(socket, watchdogMs > 0 ? Math.min(KEEPALIVE_MS, watchdogMs / SHARE) : KEEPALIVE_MS, logger)
}

class SocketNotifier implements Notifier {
  readonly #socket: NotifySocket
  readonly #everyMs: number
  readonly #logger: Logger
  #sentMs = Number.NEGATIVE_INFINITY
  #isReady = false
  #isFailing = false

  constructor(socket: NotifySocket, everyMs: number, logger: Logger) {
    this.#socket = socket
    this.#everyMs = everyMs
    this.#logger = logger
  }

  beat(): void {
    const nowMs = monotonicMs()
    if (nowMs - this.#sentMs < this.#everyMs) return
    this.#sentMs = nowMs
    this.#isReady = this.#send(this.#isReady ? 'WATCHDOG=1' : 'READY=1\nWATCHDOG=1') || this.#isReady
  }

  stopping(): void {
    this.#send('STOPPING=1')
  }

  /** A manager that does not take messages will end this process soon; the log says why. */
  #send(message: string): boolean {
    try {
      this.#socket.send(message)
      this.#isFailing = false
      return true
    } catch (error) {
      const reason = errorMessage(error)
      if (!this.#isFailing) this.#logger.error({ code: 'NOTIFY_FAILED', reason }, 'the service manager was not reached')
      this.#isFailing = true
      return false
    }
  }
}
