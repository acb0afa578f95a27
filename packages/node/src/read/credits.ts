import { type TimeSource, toHex } from '@montana/foundation'
import type { ReadStore } from '@montana/store'
import type { ReadShare } from './share.js'
import { type WholeWindow, wholeOf } from './windows.js'

/** Windows whose credits are kept: about 1 MB for a small network; the oldest are forgotten first. */
const KEPT = 16_384
/** A question reads for so long, ms; the next one goes on where it ended. Nobody looks at a page that waits for longer. */
const COUNT_MS = 2_000
/** Windows before the asked one in which a credit shows that a member was active. No special reason. */
const LOOK_BACK = 32

/** What happened to the chain_length of members in a range of windows. */
export interface CreditCount {
  /** Credits of a member in `from` … `to`. */
  since(nodeId: string): number
  /** First of the windows before `from` that were looked at, {@link LOOK_BACK} where there are so many. */
  readonly seenFrom: number
  /** Whether a member was credited in one of them. */
  justBefore(nodeId: string): boolean
}

/** Why there is no count; `isPending`: the next question may have it. */
export interface NoCount {
  readonly reason: string
  readonly isPending: boolean
}

export interface CreditsModules {
  readonly store: Pick<ReadStore, 'windowAt'>
  readonly share: ReadShare
  readonly time: Pick<TimeSource, 'monotonicMs'>
}

const PENDING: NoCount = { reason: 'the windows since are still being counted: ask again', isPending: true }

/**
 * Who was credited in which window (list 1 of its envelope: spec protocol 12.1, 3.5). The tables know today's chain_length
 * alone; that of an earlier window is today's without the credits since.
 */
export class Credits {
  readonly #modules: CreditsModules
  /** One number per member, so that a window is a few bytes. */
  readonly #places = new Map<string, number>()
  readonly #windows = new Map<number, Uint32Array>()

  constructor(modules: CreditsModules) {
    this.#modules = modules
  }

  /** From `from` to `to`, both included. */
  async count(from: number, to: number, signal: AbortSignal): Promise<CreditCount | NoCount> {
    if (to - from >= KEPT) return never(`weights are counted for the latest ${KEPT} windows`)
    const before = Math.max(1, from - LOOK_BACK)
    const endMs = this.#modules.time.monotonicMs() + COUNT_MS
    for (let window = to; window >= before; window--) {
      if (this.#windows.has(window)) continue
      if (this.#modules.time.monotonicMs() > endMs) return PENDING
      const isRead = await this.#read(window, signal)
      if (!isRead && window >= from) return never(`the envelope of window ${window} is not stored here`)
      if (!isRead) break
    }
    this.#forget()
    return this.#counted(from, to, this.#windows.has(before) ? before : from)
  }

  async #read(window: number, signal: AbortSignal): Promise<boolean> {
    const { store, share } = this.#modules
    return await share.run(() => {
      // Somebody who asked at the same time may have had the turn before.
      const credited = this.#windows.get(window) ?? this.#creditedIn(wholeOf(store, window))
      if (credited) this.#windows.set(window, credited)
      return credited !== undefined
    }, signal)
  }

  #creditedIn(whole: WholeWindow | undefined): Uint32Array | undefined {
    return whole && Uint32Array.from(whole.envelope.confirmers, ({ nodeId }) => this.#placeOf(toHex(nodeId)))
  }

  #placeOf(nodeId: string): number {
    const place = this.#places.get(nodeId) ?? this.#places.size
    this.#places.set(nodeId, place)
    return place
  }

  #counted(from: number, to: number, before: number): CreditCount {
    const counts = new Uint32Array(this.#places.size)
    for (let window = from; window <= to; window++) {
      for (const place of this.#windows.get(window) ?? []) counts[place] = (counts[place] ?? 0) + 1
    }
    const seen = new Set<number>()
    for (let window = before; window < from; window++) {
      for (const place of this.#windows.get(window) ?? []) seen.add(place)
    }
    const placeOf = (nodeId: string) => this.#places.get(nodeId) ?? -1
    return {
      since: (nodeId) => counts[placeOf(nodeId)] ?? 0,
      seenFrom: before,
      justBefore: (nodeId) => seen.has(placeOf(nodeId)),
    }
  }

  #forget(): void {
    if (this.#windows.size <= KEPT * 2) return
    const oldest = [...this.#windows.keys()].sort((a, b) => a - b).slice(0, this.#windows.size - KEPT)
    for (const window of oldest) this.#windows.delete(window)
  }
}

function never(reason: string): NoCount {
  return { reason, isPending: false }
}
