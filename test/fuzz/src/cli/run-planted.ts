import { PLANTED_BUGS } from '../planted/catalogue.js'
import { type PlantedOutcome, searchPlanted } from '../planted/search.js'
import type { FuzzOptions } from './options.js'

export interface PlantedReport {
  readonly found: number
  readonly missed: number
  readonly bugs: readonly PlantedOutcome[]
}

/** One bug after the other, each in a process of its own. */
export async function runPlanted(
  { seconds, seed }: Pick<FuzzOptions, 'seconds' | 'seed'>,
  onOutcome: (outcome: PlantedOutcome) => void,
): Promise<PlantedReport> {
  const bugs: PlantedOutcome[] = []
  for (const bug of PLANTED_BUGS) {
    const outcome = await searchPlanted(bug, seconds, seed)
    bugs.push(outcome)
    onOutcome(outcome)
  }
  const found = bugs.filter(({ isFound }) => isFound).length
  return { found, missed: bugs.length - found, bugs }
}

export function plantedLine({ name, target, rule, runs, afterMs, isFound }: PlantedOutcome): string {
  const when = runs === undefined ? '' : ` after ${runs} runs, ${((afterMs ?? 0) / 1000).toFixed(1)} s`
  return `${isFound ? 'found' : 'MISSED'}  ${name.padEnd(24)} ${target.padEnd(24)} ${rule ?? 'nothing'}${when}`
}
