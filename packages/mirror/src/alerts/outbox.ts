import { randomUUID } from 'node:crypto'
import { errorCode, isAbort, type Logger, sleep, type TimeSource } from '@montana/foundation'
import { type AlertBody, type AlertNotice, alertBody } from './body.js'
import { isRepeated, type ToldAlerts } from './told.js'
import { deliver, type Webhook } from './webhook.js'

/** Alerts that wait for a receiver; more of them would say nothing new. */
const WAITING_MAX = 100

export interface AlertOutboxModules {
  readonly webhook: Webhook
  readonly told: ToldAlerts
  /** See `alertScrub`. */
  readonly scrub: (text: string) => string
  /** `owner/name` of whoever tells. */
  readonly repository: string | null
  readonly time: TimeSource
  readonly log: Logger
}

/**
 * Alerts on their way to the webhook, one after the other. Nothing that posts one waits for it or fails with it: a
 * failure is logged by its code. The same trouble is told once an hour. Spec repository-mirror 1.1 and 3.1.
 */
export class AlertOutbox {
  readonly #modules: AlertOutboxModules
  readonly #closed = new AbortController()
  readonly #waiting: AlertBody[] = []
  #lane: Promise<void> | undefined
  #untold = 0

  constructor(modules: AlertOutboxModules) {
    this.#modules = modules
  }

  /** Alerts that were given up so far. */
  get untold(): number {
    return this.#untold
  }

  post(notice: AlertNotice): void {
    try {
      this.#add(notice)
    } catch (error) {
      this.#giveUp(notice.code, errorCode(error))
    }
  }

  /** Until all is told or given up, at most `ms`; also ends with the signal. */
  async flush(ms: number, signal?: AbortSignal): Promise<void> {
    if (this.#lane === undefined) return
    const over = new AbortController()
    const signals = signal === undefined ? [over.signal] : [over.signal, signal]
    const waited = sleep(ms, AbortSignal.any(signals)).catch(() => {})
    await Promise.race([this.#lane, waited])
    over.abort()
  }

  /** Gives up what still waits. */
  close(): void {
    this.#closed.abort()
  }

  #add(notice: AlertNotice): void {
    const { time, told, repository, scrub } = this.#modules
    const atMs = time.wallMs()
    const body = alertBody(notice, { id: randomUUID(), atMs, repository }, scrub)
    const isWaiting = this.#waiting.some(({ key }) => key === body.key)
    if (isWaiting || isRepeated(told.lastMs(body.key), atMs)) return
    if (this.#closed.signal.aborted || this.#waiting.length >= WAITING_MAX) return this.#giveUp(body.code, 'BUSY')
    this.#waiting.push(body)
    this.#lane ??= this.#work()
  }

  async #work(): Promise<void> {
    for (let [body] = this.#waiting; body !== undefined; [body] = this.#waiting) {
      await this.#tell(body)
      this.#waiting.shift()
    }
    // Not in a `finally`: what is posted before that would have run finds a lane that has ended.
    this.#lane = undefined
  }

  /** Never throws: what could not be told is counted and logged, without the address. */
  async #tell(body: AlertBody): Promise<void> {
    const { webhook, told, time } = this.#modules
    try {
      const delivery = await deliver(webhook, body, this.#closed.signal)
      if (delivery.isTold) told.note(body.key, time.wallMs())
      else this.#giveUp(body.code, delivery.code)
    } catch (error) {
      this.#giveUp(body.code, isAbort(error) ? 'ABORTED' : errorCode(error))
    }
  }

  #giveUp(alert: string, code: string): void {
    this.#untold += 1
    this.#modules.log.error({ alert, code }, 'an alert was not told')
  }
}
