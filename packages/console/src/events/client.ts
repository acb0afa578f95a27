import type { ServerResponse } from 'node:http'
import { EVENT_HEARTBEAT_MS, EVENT_STALL_MS } from '../constants.js'

/** Time after which a page asks again when the stream ends. */
const RETRY_MS = 2_000

/** One page that listens. What it does not take in time is left out: the next snapshot says more than the last. */
export class EventClient {
  readonly #response: ServerResponse
  #takenAtMs = performance.now()
  #heartbeat: NodeJS.Timeout
  /** Number of the last kept event that it has. */
  seen: number

  constructor(response: ServerResponse, seen: number) {
    this.#response = response
    this.seen = seen
    response.write(`retry: ${RETRY_MS}\n\n`)
    this.#heartbeat = setInterval(() => this.#write(': still here\n\n'), EVENT_HEARTBEAT_MS)
    response.once('close', () => clearInterval(this.#heartbeat))
    response.on('drain', () => {
      this.#takenAtMs = performance.now()
    })
  }

  /** `data` is one line of JSON. False: left out, because the reader is behind. */
  send(id: string, event: string, data: string): boolean {
    return this.#write(`id: ${id}\nevent: ${event}\ndata: ${data}\n\n`)
  }

  end(): void {
    clearInterval(this.#heartbeat)
    this.#response.end()
  }

  #write(text: string): boolean {
    if (this.#response.writableEnded || this.#response.destroyed) return false
    if (!this.#response.writableNeedDrain) {
      this.#takenAtMs = performance.now()
      this.#response.write(text)
      return true
    }
    if (performance.now() - this.#takenAtMs > EVENT_STALL_MS) this.#response.destroy()
    return false
  }
}
