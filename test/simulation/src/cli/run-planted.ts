import { UsageError } from '@montana/foundation'
import { PLANTED_BUGS } from '../planted/catalogue.js'
import type { PlantedBug } from '../planted/planted-bug.js'
import { type PlantedOutcome, searchPlanted } from '../planted/search.js'
import type { SimOptions } from './options.js'

/** Of the longest name and description in the catalogue. */
const NAME_COLUMNS = Math.max(...PLANTED_BUGS.map(({ name }) => name.length))
const WHAT_COLUMNS = Math.max(...PLANTED_BUGS.map(({ what }) => what.length))

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

/** One row: the bug, what it breaks, which oracle found it, and how long that took. */
function formatOutcome({ name, what, seeds, seed, invariant, oracle, isSurprise }: PlantedOutcome): string {
  const label = `${name.padEnd(NAME_COLUMNS)} ${what.padEnd(WHAT_COLUMNS)}`
  if (seeds === undefined) return `${label} NOT FOUND`
  const by = invariant === 0 ? 'liveness' : `invariant ${invariant} (${oracle})`
  const after = `${seeds} ${seeds === 1 ? 'seed' : 'seeds'} (seed ${seed})`
  return `${label} ${by} after ${after}${isSurprise ? ', NOT AN EXPECTED ORACLE' : ''}`
}
