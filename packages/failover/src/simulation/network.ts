import type { RandomSource } from '@montana/foundation'
import type { Scheduler } from './scheduler.js'

/** Delay and loss of every directed link; those of a single one can be changed. */
export interface LinkQuality {
  readonly delayMs: number
  readonly jitterMs: number
  /** Share of messages that get lost, 0 to 1. */
  readonly loss: number
}

/** Directed links between hosts and witnesses, by name. A cut link loses what is on it. */
export class Network {
  readonly #scheduler: Scheduler
  readonly #random: RandomSource
  readonly #cut = new Set<string>()
  readonly #special = new Map<string, LinkQuality>()
  quality: LinkQuality

  constructor(scheduler: Scheduler, random: RandomSource, quality: LinkQuality) {
    this.#scheduler = scheduler
    this.#random = random
    this.quality = quality
  }

  send(from: string, to: string, deliver: () => void): void {
    if (!this.isUp(from, to)) return
    const { delayMs, jitterMs, loss } = this.#special.get(key(from, to)) ?? this.quality
    const isLost = this.#random.next() < loss
    const delay = delayMs + this.#random.next() * jitterMs
    if (isLost) return
    this.#scheduler.after(delay, () => {
      if (this.isUp(from, to)) deliver()
    })
  }

  isUp(from: string, to: string): boolean {
    return !this.#cut.has(key(from, to))
  }

  setLink(from: string, to: string, isUp: boolean): void {
    if (isUp) this.#cut.delete(key(from, to))
    else this.#cut.add(key(from, to))
  }

  setBoth(a: string, b: string, isUp: boolean): void {
    this.setLink(a, b, isUp)
    this.setLink(b, a, isUp)
  }

  setQuality(from: string, to: string, quality: LinkQuality | null): void {
    if (quality) this.#special.set(key(from, to), quality)
    else this.#special.delete(key(from, to))
  }

  healAll(): void {
    this.#cut.clear()
    this.#special.clear()
  }
}

function key(from: string, to: string): string {
  return `${from}>${to}`
}

/** Name of a witness as an end of links: no host has such a name. */
export function witnessEnd(name: string): string {
  return `witness:${name}`
}
