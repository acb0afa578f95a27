import type { Dice } from '../kernel/dice.js'
import type { Packet, StoredWindow } from './packet.js'

/** As in the node: how long an answer may take, and how long a peer that failed is left alone. */
const REQUEST_TIMEOUT_MS = 15_000
const BLAME_MS = 60_000

export interface CatchUpModules {
  readonly dice: Dice
  readonly head: () => number
  readonly nowMs: () => number
  after(delayMs: number, run: () => void): void
  ask(peer: number, packet: Packet): void
  /** Feeds one stored window to the engine; false when the head did not move and nothing is held. */
  apply(peer: number, stored: StoredWindow): boolean
}

/** Brings a process that is behind to the head of its peers, window by window: spec protocol 15.1. */
export class CatchUp {
  readonly #modules: CatchUpModules
  readonly #heads = new Map<number, number>()
  readonly #blamedUntil = new Map<number, number>()
  #pending: { readonly id: number; readonly peer: number } | undefined
  #nextId = 1

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

  receive(peer: number, id: number, windows: readonly StoredWindow[]): void {
    if (this.#pending?.id !== id || this.#pending.peer !== peer) return
    this.#pending = undefined
    const before = this.#modules.head()
    const isGood = windows.length > 0 && windows.every((stored) => this.#modules.apply(peer, stored))
    if (!isGood) this.#blame(peer)
    if (this.#modules.head() > before) this.#pull()
  }

  #pull(): void {
    const peer = this.#pickSource()
    if (this.#pending || peer === undefined) return
    const id = this.#nextId++
    this.#pending = { id, peer }
    this.#modules.ask(peer, { type: 'ask', id, fromWindow: this.#modules.head() + 1 })
    this.#modules.after(REQUEST_TIMEOUT_MS, () => this.#giveUp(id))
  }

  #giveUp(id: number): void {
    if (this.#pending?.id !== id) return
    this.#blame(this.#pending.peer)
    this.#pending = undefined
    this.#pull()
  }

  #pickSource(): number | undefined {
    const { head, nowMs, dice } = this.#modules
    const usable = [...this.#heads].filter(([peer, claimed]) => {
      return claimed > head() && (this.#blamedUntil.get(peer) ?? 0) <= nowMs()
    })
    return usable.length === 0 ? undefined : dice.pick(usable)[0]
  }

  #blame(peer: number): void {
    this.#heads.delete(peer)
    this.#blamedUntil.set(peer, this.#modules.nowMs() + BLAME_MS)
  }
}
