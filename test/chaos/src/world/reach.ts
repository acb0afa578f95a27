import type { ReachChange } from '../history/types.js'
import type { Label } from '../mesh/constants.js'
import type { Cut } from '../plan/cuts.js'
import { nowMs } from '../program/clock.js'

/**
 * Notes who can reach whom. Whoever takes something away tells it afterwards, whoever gives it back tells it before: at
 * every instant the mesh can do at most what is written here.
 */
export class Reach {
  readonly changes: ReachChange[] = []
  /** A node may be away for several reasons at once. */
  readonly #away: Label[] = []
  readonly #cuts: Cut[] = []

  leave(label: Label): void {
    this.#away.push(label)
    this.#note()
  }

  come(label: Label): void {
    const index = this.#away.indexOf(label)
    if (index >= 0) this.#away.splice(index, 1)
    this.#note()
  }

  cut(cuts: readonly Cut[]): void {
    this.#cuts.push(...cuts)
    this.#note()
  }

  join(cuts: readonly Cut[]): void {
    for (const cut of cuts) {
      const index = this.#cuts.indexOf(cut)
      if (index >= 0) this.#cuts.splice(index, 1)
    }
    this.#note()
  }

  #note(): void {
    this.changes.push({ atMs: nowMs(), away: [...new Set(this.#away)], cuts: [...this.#cuts] })
  }
}
