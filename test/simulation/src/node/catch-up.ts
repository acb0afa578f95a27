import type { Dice } from '../kernel/dice.js'
import type { StoredWindow } from './packet.js'
import type { Requests } from './requests.js'
import type { Timers } from './timers.js'

/** As in the node: how long an answer may take, and how long a peer that failed is left alone. */
const REQUEST_TIMEOUT_MS = 15_000
const BLAME_MS = 60_000

export interface CatchUpModules {
  readonly dice: Dice
  readonly timers: Timers
  readonly requests: Requests
  head(): number
  /** Feeds one stored window to the engine; false when the head did not move and nothing is held. */
  apply(peer: number, stored: StoredWindow): boolean
}

/** Brings a process that is behind to the head of its peers, window by window: spec protocol 15.1. */
export class CatchUp {
  readonly #modules: CatchUpModules
  readonly #heads = new Map<number, number>()
  readonly #blamedUntil = new Map<number, number>()
  #isAsking = false

  constructor(modules: CatchUpModules) {
    this.#modules = modules
  }

  noteHead(peer: number, head: number): void {
    this.#heads.set(peer, head)
    this.#pull()
  }

  noteBehind(peer: number, window: number): void {
    this.noteHead(peer, Math.max(this.#heads.get(peer) ?? 0, window - 1))
  }

  #pull(): void {
    const peer = this.#pickSource()
    if (this.#isAsking || peer === undefined) return
    const { requests, head } = this.#modules
    this.#isAsking = true
    requests.ask(peer, { what: 'range', window: head() + 1 }, REQUEST_TIMEOUT_MS, (answer) => {
      this.#isAsking = false
      this.#take(peer, answer && 'windows' in answer ? answer.windows : [])
    })
  }

  #take(peer: number, windows: readonly StoredWindow[]): void {
    const { head, apply } = this.#modules
    const before = head()
    const isGood = windows.length > 0 && windows.every((stored) => apply(peer, stored))
    if (!isGood) this.#blame(peer)
    if (!isGood || head() > before) this.#pull()
  }

  #pickSource(): number | undefined {
    const { head, timers, dice } = this.#modules
    const usable = [...this.#heads].filter(([peer, claimed]) => {
      return claimed > head() && (this.#blamedUntil.get(peer) ?? 0) <= timers.nowMs
    })
    return usable.length === 0 ? undefined : dice.pick(usable)[0]
  }

  #blame(peer: number): void {
    this.#heads.delete(peer)
    this.#blamedUntil.set(peer, this.#modules.timers.nowMs + BLAME_MS)
  }
}
