import type { ServerResponse } from 'node:http'
import { isAbort, sleep } from '@montana/foundation'
import type { MeshView, SoakTick } from '../api/views.js'
import { EVENT_CLIENTS_MAX, SAMPLE_INTERVAL_MS } from '../constants.js'
import { EventClient } from './client.js'

export interface EventSources {
  mesh(): Promise<MeshView>
  /** Undefined where no soak file is configured. */
  readonly soak: (() => Promise<SoakTick>) | undefined
}

/** Pushes to all open pages while there is one, and does nothing otherwise: nodes are asked only when somebody looks. */
export class EventHub {
  readonly #sources: EventSources
  readonly #clients = new Set<EventClient>()
  readonly #stop = new AbortController()
  #loop: Promise<void> | undefined

  constructor(sources: EventSources) {
    this.#sources = sources
  }

  get isFull(): boolean {
    return this.#clients.size >= EVENT_CLIENTS_MAX || this.#stop.signal.aborted
  }

  get clients(): number {
    return this.#clients.size
  }

  /** Takes over a response whose head is written; forgets it when it closes. */
  add(response: ServerResponse): void {
    const client = new EventClient(response)
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
      for (let last = ''; this.#clients.size > 0; ) {
        await this.#pushMesh()
        last = await this.#pushSoak(last)
        await sleep(SAMPLE_INTERVAL_MS, this.#stop.signal)
      }
    } catch (error) {
      if (!isAbort(error)) this.#fail()
    }
  }

  async #pushMesh(): Promise<void> {
    this.#send('mesh', await this.#sources.mesh())
  }

  /** Sent when it differs from the last one, or to a page that has none yet. */
  async #pushSoak(last: string): Promise<string> {
    if (!this.#sources.soak) return last
    const tick = JSON.stringify(await this.#sources.soak())
    for (const client of this.#clients) if (tick !== last || client.isNew) client.send('soak', tick)
    for (const client of this.#clients) client.isNew = false
    return tick
  }

  #send(event: string, data: unknown): void {
    const text = JSON.stringify(data)
    for (const client of this.#clients) client.send(event, text)
  }

  /** A source failed: pages are sent away and come back by themselves, and ask then. */
  #fail(): void {
    for (const client of this.#clients) client.end()
  }
}
