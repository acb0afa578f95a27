import type { Rules } from './faults.js'
import { simulate } from './simulate.js'
import type { World } from './world.js'

export interface Tally {
  /** With the seed that repeats it. */
  readonly violations: readonly string[]
  readonly counts: World['counts']
}

export function tally(firstSeed: number, seeds: number): Tally {
  const violations: string[] = []
  const counts = {
    ...{ acts: 0, promoted: 0, undone: 0, handedBack: 0, undrained: 0, refused: 0, planned: 0, takenBack: 0 },
    ...{ killed: 0, overtaken: 0, wrongClocks: 0 },
  }
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const world = simulate(seed)
    violations.push(...world.violations.slice(0, 1).map((text) => `seed ${seed}, ${text}`))
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] += world.counts[name]
  }
  return { violations, counts }
}

/** Of the first seed, `from` to `last`, that has one, or null. */
export function firstViolation(from: number, last: number, fault: Partial<Rules>): string | null {
  for (let seed = from; seed <= last; seed++) {
    const [first] = simulate(seed, fault).violations
    if (first !== undefined) return `seed ${seed}, ${first}`
  }
  return null
}
