import { withTimeout } from '@montana/foundation'
import { type PlanLimits, REQUEST_TIMEOUT_MS } from './limits.js'
import { type Ask, type Flight, planRequests, type Source } from './plan.js'

/** What one peer gave for one window. */
export interface Fetched<T> {
  readonly peer: string
  readonly value: T
  readonly bytes: number
  /** The last window of its answer. */
  readonly endsAnswer: boolean
}

export interface FetcherModules<T> {
  readonly limits: PlanLimits
  /** One thing per window from `from` on, at most `count`; at least one, else it throws. */
  fetch(ask: Ask, signal: AbortSignal): Promise<readonly { readonly value: T; readonly bytes: number }[]>
  sources(): readonly Omit<Source, 'asked'>[]
  nowMs(): number
  onChange(): void
  /** Not called for a request that was given up on purpose. */
  onFailed(ask: Ask, error: unknown): void
}

/** Carries out what the plan says, and holds what comes until the head has passed it. */
export class RangeFetcher<T> {
  readonly #modules: FetcherModules<T>
  readonly #held = new Map<number, Fetched<T>>()
  readonly #flights = new Map<Flight, AbortController>()
  readonly #asked = new Map<string, number>()
  #head = 0
  #upTo = 0
  #heldBytes = 0
  /** Counters of the instance: bytes of values that came, and those of them that came more than once. */
  bytesFetched = 0
  bytesTwice = 0

  constructor(modules: FetcherModules<T>) {
    this.#modules = modules
  }

  /** Those that are asked now, or gave what is held. */
  get peers(): string[] {
    const asked = [...this.#flights.keys()].map(({ peer }) => peer)
    return [...new Set([...asked, ...[...this.#held.values()].map(({ peer }) => peer)])]
  }

  get(window: number): Fetched<T> | undefined {
    return this.#held.get(window)
  }

  /** The end of the run of held windows that begins at the head. */
  get heldUpTo(): number {
    let window = this.#head
    while (this.#held.has(window + 1)) window++
    return window
  }

  /** Forgets what the head has passed, and asks for what is missing up to `upTo`. */
  pump(head: number, upTo: number): void {
    this.#head = head
    this.#upTo = upTo
    for (const window of [...this.#held.keys()]) if (window <= head) this.#remove(window)
    for (const ask of planRequests(this.#input())) void this.#send(ask)
  }

  /** Puts in what no peer gave. */
  put(window: number, value: T): void {
    if (window <= this.#head || this.#held.has(window)) return
    this.#held.set(window, { peer: '', value, bytes: 0, endsAnswer: false })
  }

  remove(window: number): void {
    this.bytesTwice += this.#held.get(window)?.bytes ?? 0
    this.#remove(window)
  }

  /** Nothing of this peer is used any more; what it gave is fetched again elsewhere. */
  drop(peer: string): void {
    for (const [window, fetched] of [...this.#held]) if (fetched.peer === peer) this.remove(window)
    for (const [flight, controller] of [...this.#flights]) {
      if (flight.peer !== peer) continue
      this.#flights.delete(flight)
      controller.abort()
    }
  }

  stop(): void {
    for (const controller of this.#flights.values()) controller.abort()
    this.#flights.clear()
    this.#held.clear()
    this.#heldBytes = 0
  }

  #input() {
    const { limits, sources, nowMs } = this.#modules
    return {
      head: this.#head,
      upTo: this.#upTo,
      isHeld: (window: number) => this.#held.has(window),
      heldBytes: this.#heldBytes,
      flights: [...this.#flights.keys()],
      sources: sources().map((source) => ({ ...source, asked: this.#asked.get(source.peer) ?? 0 })),
      nowMs: nowMs(),
      limits,
    }
  }

  async #send(ask: Ask): Promise<void> {
    const { fetch, nowMs, onChange, onFailed } = this.#modules
    const flight = { ...ask, askedAtMs: nowMs() }
    const controller = new AbortController()
    this.#flights.set(flight, controller)
    this.#asked.set(ask.peer, (this.#asked.get(ask.peer) ?? 0) + 1)
    try {
      const answer = await withTimeout(REQUEST_TIMEOUT_MS, controller.signal, (signal) => fetch(ask, signal))
      if (this.#flights.delete(flight)) this.#take(ask, answer)
    } catch (error) {
      if (this.#flights.delete(flight)) onFailed(ask, error)
    }
    onChange()
  }

  #take({ peer, from, count }: Ask, answer: readonly { readonly value: T; readonly bytes: number }[]): void {
    const taken = answer.slice(0, count)
    for (const [index, { value, bytes }] of taken.entries()) {
      const window = from + index
      this.bytesFetched += bytes
      if (window <= this.#head || this.#held.has(window)) this.bytesTwice += bytes
      else this.#keep(window, { peer, value, bytes, endsAnswer: index === taken.length - 1 })
    }
  }

  #keep(window: number, fetched: Fetched<T>): void {
    this.#held.set(window, fetched)
    this.#heldBytes += fetched.bytes
  }

  #remove(window: number): void {
    this.#heldBytes -= this.#held.get(window)?.bytes ?? 0
    this.#held.delete(window)
  }
}
