import type { RunData } from '../analysis/run-data.js'
import type { JoinedRecord } from './joiner.js'
import type { LegacyOptions } from './options.js'
import type { LineCounts } from './quality.js'
import { legacyRunData } from './run-data.js'
import { defectOf, type ReportInput, scanLegacy } from './scan.js'

/** Old files as the rules see them, and what they could not tell. */
export interface LegacyRead {
  readonly data: RunData
  /** Sentences for the reader of a report. */
  readonly unknown: readonly string[]
  readonly inputs: readonly ReportInput[]
}

/**
 * Reads soak files of the seed's shape (spec operations 3.8): torn records are rebuilt and counted, what cannot be joined
 * is counted as corrupt. Throws {@link ConfigError} where a file cannot be read.
 */
export async function readLegacy(files: readonly string[], options: LegacyOptions): Promise<LegacyRead> {
  const inputs: ReportInput[] = []
  const records: JoinedRecord[] = []
  const counts = new Counting()
  for await (const joined of scanLegacy(files, (input) => inputs.push(input), options.signal)) {
    const defect = defectOf(joined, records.length)
    if (defect) counts.defects.push(defect)
    if (joined.kind === 'corrupt') counts.corrupt += joined.lines
    else {
      if (joined.isRepaired) counts.repaired++
      records.push(joined)
    }
  }
  return { ...legacyRunData(records, counts, inputs, options), inputs }
}

class Counting implements LineCounts {
  corrupt = 0
  repaired = 0
  readonly defects: LineCounts['defects'][number][] = []
}
