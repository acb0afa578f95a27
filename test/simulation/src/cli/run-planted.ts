import { UsageError } from '@montana/foundation'
import { PLANTED_BUGS } from '../planted/catalogue.js'
import type { PlantedBug } from '../planted/planted-bug.js'
import { type PlantedOutcome, searchPlanted } from '../planted/search.js'
import type { SimOptions } from './options.js'

export interface PlantedReport {
  readonly passed: number
  readonly failed: number
  readonly bugs: readonly PlantedOutcome[]
}

/** Every planted bug must be found, or the oracles prove nothing. */
export async function runPlanted(options: SimOptions, print: (line: string) => void): Promise<PlantedReport> {
  const bugs: PlantedOutcome[] = []
  for (const bug of chosenBugs(options.only)) {
    const outcome = await searchPlanted(bug, options.start, options.seeds)
    print(formatOutcome(outcome))
    bugs.push(outcome)
  }
  const failed = bugs.filter(({ seeds, isSurprise }) => seeds === undefined || isSurprise).length
  return { passed: bugs.length - failed, failed, bugs }
}

function chosenBugs(only: string | undefined): readonly PlantedBug[] {
  if (only === undefined) return PLANTED_BUGS
  const chosen = PLANTED_BUGS.filter(({ name }) => name === only)
  if (chosen.length > 0) return chosen
  throw new UsageError(`--only names '${only}'; one of ${PLANTED_BUGS.map(({ name }) => name).join(', ')}`)
}

function formatOutcome({ name, seeds, seed, invariant, oracle, isSurprise }: PlantedOutcome): string {
  const label = name.padEnd(32)
  if (seeds === undefined) return `${label} NOT FOUND`
  const by = invariant === 0 ? 'liveness' : `invariant ${invariant} (${oracle})`
  return `${label} found after ${seeds} seeds (seed ${seed}) by ${by}${isSurprise ? ', not the expected one' : ''}`
}
