import type { LogLine } from './log-line.js'
import type { DigestUnit } from './schema.js'

type Counts = { -readonly [Field in keyof DigestUnit]: DigestUnit[Field] }

/** A host has hundreds of units; the list of a digest holds as many as its schema allows. */
export const UNITS_MAX = 1024

/** What became of each unit, by what the service manager says. */
export class UnitCounts {
  readonly #units = new Map<string, Counts>()

  /** False where there are too many units to keep another. */
  add({ unit, event, unitResult }: LogLine): boolean {
    if (unit === null) return true
    const counts = this.#countsOf(unit)
    if (!counts) return false
    if (event === 'exit') counts.exits++
    if (event === 'restart') counts.restarts++
    if (event === 'failed' && unitResult === 'timeout') counts.timeouts++
    if (event === 'failed' && unitResult === 'start-limit-hit') counts.start_limit_hits++
    return true
  }

  list(): DigestUnit[] {
    return [...this.#units.values()].sort((a, b) => (a.unit < b.unit ? -1 : 1)).map((counts) => ({ ...counts }))
  }

  #countsOf(unit: string): Counts | undefined {
    const known = this.#units.get(unit)
    if (known || this.#units.size === UNITS_MAX) return known
    const counts = { unit, exits: 0, restarts: 0, timeouts: 0, start_limit_hits: 0 }
    this.#units.set(unit, counts)
    return counts
  }
}
