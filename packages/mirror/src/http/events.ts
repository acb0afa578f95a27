import type { ServerResponse } from 'node:http'
import { errorCode, type Logger } from '@montana/foundation'
import type { MirrorStore } from '../store/mirror-store.js'
import { EVENT_POLL_MS, EVENTS_MAX, HEARTBEAT_MS, RETRY_MS, STALL_MS, STREAMS_MAX } from './constants.js'
import type { Scrub } from './scrub.js'

export interface EventsInit {
  readonly store: MirrorStore
  readonly scrub: Scrub
  readonly log: Logger
  readonly pollMs?: number | undefined
  readonly heartbeatMs?: number | undefined
  readonly stallMs?: number | undefined
}

/** Open pages. Each reads from the store behind its own last event, so that nothing is lost and nothing is kept for it. */
export class EventStreams {
  readonly #init: EventsInit
  readonly #open = new Set<ServerResponse>()
  #isClosed = false

  constructor(init: EventsInit) {
    this.#init = init
  }

  get isFull(): boolean {
    return this.#isClosed || this.#open.size >= STREAMS_MAX
  }

  /** Takes over a response whose head is written. `lastId`: what the page has seen; undefined begins now. */
  add(response: ServerResponse, lastId: number | undefined): void {
    const { store, pollMs = EVENT_POLL_MS, heartbeatMs = HEARTBEAT_MS } = this.#init
    const newest = store.events.lastId()
    // A number that was never given belongs to a store that is gone.
    const stream = new Stream(response, this.#init, Math.min(lastId ?? newest, newest))
    this.#open.add(response)
    const timers = [setInterval(() => stream.poll(), pollMs), setInterval(() => stream.beat(), heartbeatMs)]
    response.once('close', () => {
      for (const timer of timers) clearInterval(timer)
      this.#open.delete(response)
    })
    stream.poll()
  }

  close(): void {
    this.#isClosed = true
    for (const response of this.#open) response.end()
  }
}

class Stream {
  readonly #response: ServerResponse
  readonly #init: EventsInit
  #lastId: number
  #takenAtMs = performance.now()

  constructor(response: ServerResponse, init: EventsInit, lastId: number) {
    this.#response = response
    this.#init = init
    this.#lastId = lastId
    response.on('drain', () => {
      this.#takenAtMs = performance.now()
    })
    response.write(`retry: ${RETRY_MS}\n\n`)
  }

  poll(): void {
    if (!this.#canWrite()) return
    const { store, scrub, log } = this.#init
    try {
      for (const { id, kind, atMs, mirror, layer, data } of store.events.after(this.#lastId, EVENTS_MAX)) {
        const text = JSON.stringify(scrub({ atMs, mirror, layer, ...data }))
        const isTaken = this.#response.write(`id: ${id}\nevent: ${kind}\ndata: ${text}\n\n`)
        this.#lastId = id
        // The rest stays in the store until the reader has taken this.
        if (!isTaken) return
      }
    } catch (error) {
      // A locked store is asked again at the next turn.
      log.warn({ code: errorCode(error) }, 'events were not read')
    }
  }

  beat(): void {
    if (this.#canWrite()) this.#response.write(': still here\n\n')
  }

  /** Ends a reader that takes nothing; what it missed it asks for when it comes back. */
  #canWrite(): boolean {
    if (this.#response.writableEnded || this.#response.destroyed) return false
    if (!this.#response.writableNeedDrain) {
      this.#takenAtMs = performance.now()
      return true
    }
    const { stallMs = STALL_MS } = this.#init
    if (performance.now() - this.#takenAtMs > stallMs) this.#response.destroy()
    return false
  }
}
