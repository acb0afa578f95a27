import { errorMessage, type Logger } from '@montana/foundation'
import { type NotifySocket, openNotifySocket } from './notify.js'

/** Who started this process and wants to hear from it: sd_notify(3). */
export interface ServiceManager {
  /** WatchdogSec of the unit, ms; null where nobody watches. */
  readonly watchdogMs: number | null
  /** One message, such as `READY=1`. False when it was not taken; the first of a series is logged. */
  tell(message: string): boolean
}

const US_PER_MS = 1_000

/** By NOTIFY_SOCKET and WATCHDOG_USEC; undefined where no service manager waits for a word. */
export function openServiceManager(environment: NodeJS.ProcessEnv, logger: Logger): ServiceManager | undefined {
  const address = environment.NOTIFY_SOCKET
  if (!address) return undefined
  const socket = openNotifySocket(address)
  if (socket.notice) logger.warn({ code: 'NOTIFY_SLOW' }, socket.notice)
  const watchdogMs = Number(environment.WATCHDOG_USEC ?? '') / US_PER_MS
  return new SocketManager(socket, watchdogMs > 0 ? watchdogMs : null, logger)
}

class SocketManager implements ServiceManager {
  readonly watchdogMs: number | null
  readonly #socket: NotifySocket
  readonly #logger: Logger
  #isFailing = false

  constructor(socket: NotifySocket, watchdogMs: number | null, logger: Logger) {
    this.#socket = socket
    this.watchdogMs = watchdogMs
    this.#logger = logger
  }

  /** A manager that does not take messages will end this process soon; the log says why. */
  tell(message: string): boolean {
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
