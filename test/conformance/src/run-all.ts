import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { COLLECTIONS, collectFiles, isHere } from './collection.js'
import type { Report } from './report.js'
import { runFiles } from './run.js'
import { grown, type Place, type Shrunk, shrunk, type Tally, tallyOf, tallySchema } from './tally.js'

/** What ran when somebody last recorded it; it only grows. */
const COUNTS = join(import.meta.dirname, '..', 'counts.json')

export interface WholeReport extends Report {
  readonly shrunk: readonly Shrunk[]
  /** Collections that are not beside this checkout. */
  readonly absent: readonly string[]
}

/** Every file of every collection that is here, against what ran before. `record` takes over what is new. */
export async function runAll({ record }: { record: boolean }): Promise<WholeReport> {
  const absent = COLLECTIONS.filter((collection) => collection.isOptional && !isHere(collection))
  const files = collectFiles(COLLECTIONS)
  const report = await runFiles(files.map(({ path }) => path))
  const names = files.map(({ name }) => name)
  const named = { ...report, files: report.files.map((file, index) => ({ ...file, file: names[index] ?? file.file })) }
  const recorded = readTally()
  const now = tallyOf(report, names)
  if (record) writeFileSync(COUNTS, `${JSON.stringify(grown(recorded, now), null, 2)}\n`)
  const isCounted = ({ file, backend }: Place) => {
    const isAbsent = absent.some(({ name }) => file.startsWith(`${name}/`))
    return !isAbsent && !report.unavailable.some((missing) => missing.backend === backend)
  }
  return { ...named, shrunk: shrunk(recorded, now, isCounted), absent: absent.map(({ name }) => name) }
}

function readTally(): Tally {
  return tallySchema.parse(JSON.parse(readFileSync(COUNTS, 'utf8')))
}
