import { PLANTED_BUGS } from '../planted/catalogue.js'
import { type PlantedOutcome, searchPlanted } from '../planted/search.js'
import type { FuzzOptions } from './options.js'

export interface PlantedReport {
  readonly found: number
  readonly missed: number
  readonly bugs: readonly PlantedOutcome[]
}

/** Two at a time, each in a process of its own. */
export async function runPlanted(
  { seconds, seed }: Pick<FuzzOptions, 'seconds' | 'seed'>,
  onOutcome: (outcome: PlantedOutcome) => void,
): Promise<PlantedReport> {
  const left = [...PLANTED_BUGS]
  const bugs: PlantedOutcome[] = []
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      const outcome = await searchPlanted(next, seconds, seed)
      bugs.push(outcome)
      onOutcome(outcome)
    }
  }
  await Promise.all([lane(), lane()])
  const found = bugs.filter(({ isFound }) => isFound).length
  return { found, missed: bugs.length - found, bugs }
}

export function plantedLine({ name, target, rule, runs, afterMs, isFound }: PlantedOutcome): string {
  const when = runs === undefined ? '' : ` after ${runs} runs, ${((afterMs ?? 0) / 1000).toFixed(1)} s`
  return `${isFound ? 'found' : 'MISSED'}  ${name.padEnd(24)} ${target.padEnd(24)} ${rule ?? 'nothing'}${when}`
}
