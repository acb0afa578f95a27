import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { isAbort, sleep } from '@montana/foundation'
import type { MeshView, SoakTick } from '../api/views.js'
import { EVENT_CLIENTS_MAX, SAMPLE_INTERVAL_MS } from '../constants.js'
import { EventClient } from './client.js'
import { eventId, seenBy } from './event-id.js'

export interface EventSources {
  mesh(): Promise<MeshView>
  /** Undefined where no soak file is configured. */
  readonly soak: (() => Promise<SoakTick>) | undefined
}

/**
 * Pushes to all open pages while there is one, and does nothing otherwise: nodes are asked only when somebody looks. A
 * snapshot of the mesh replaces the one before; a tick of the soak file is kept, and a page that comes back with the id of
 * its last event is told of it only when it has missed it.
 */
export class EventHub {
  readonly #sources: EventSources
  readonly #clients = new Set<EventClient>()
  readonly #stop = new AbortController()
  readonly #run = randomBytes(4).toString('hex')
  #loop: Promise<void> | undefined
  #kept: { readonly number: number; readonly tick: string } = { number: 0, tick: '' }

  constructor(sources: EventSources) {
    this.#sources = sources
  }

  get isFull(): boolean {
    return this.#clients.size >= EVENT_CLIENTS_MAX || this.#stop.signal.aborted
  }

  get clients(): number {
    return this.#clients.size
  }

  /** Takes over a response whose head is written; forgets it when it closes. `lastEventId`: what the reader has. */
  add(response: ServerResponse, lastEventId?: string): void {
    const client = new EventClient(response, seenBy(this.#run, this.#kept.number, lastEventId))
    this.#clients.add(client)
    response.once('close', () => this.#clients.delete(client))
    this.#loop ??= this.#push().finally(() => {
      this.#loop = undefined
    })
  }

  /** Ends every stream; resolves when nothing is left running. */
  async close(): Promise<void> {
    this.#stop.abort()
    for (const client of this.#clients) client.end()
    await this.#loop
  }

  async #push(): Promise<void> {
    try {
      while (this.#clients.size > 0) {
        await this.#pushMesh()
        await this.#pushSoak()
        await sleep(SAMPLE_INTERVAL_MS, this.#stop.signal)
      }
    } catch (error) {
      if (!isAbort(error)) this.#fail()
    }
  }

  async #pushMesh(): Promise<void> {
    const data = JSON.stringify(await this.#sources.mesh())
    for (const client of this.#clients) client.send(eventId(this.#run, client.seen), 'mesh', data)
  }

  async #pushSoak(): Promise<void> {
    if (!this.#sources.soak) return
    const tick = JSON.stringify(await tickOf(this.#sources.soak))
    if (tick !== this.#kept.tick) this.#kept = { number: this.#kept.number + 1, tick }
    const { number } = this.#kept
    for (const client of this.#clients) {
      if (client.seen < number && client.send(eventId(this.#run, number), 'soak', tick)) client.seen = number
    }
  }

  /** A source failed: pages are sent away and come back by themselves, and ask then. */
  #fail(): void {
    for (const client of this.#clients) client.end()
  }
}

/** Records that cannot be read are no reason to end the stream of the mesh; why they cannot, `/api/soak` says. */
async function tickOf(soak: () => Promise<SoakTick>): Promise<SoakTick> {
  try {
    return await soak()
  } catch (error) {
    if (isAbort(error)) throw error
    return UNREADABLE
  }
}

const UNREADABLE: SoakTick = { seq: null, report: null }
