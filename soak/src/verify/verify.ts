import type { SoakDefect, SoakNote, SoakWarning } from './defect.js'
import type { ReadQuality } from './quality.js'
import { type ReadOptions, readSoakRecords } from './read.js'

export interface Verification {
  readonly verdict: 'OK' | 'DEFECT'
  /** Lines that hold a record. */
  readonly records: number
  /** In the order of the files and their lines; the first 10,000 where there are more. */
  readonly defects: readonly SoakDefect[]
  readonly warnings: readonly SoakWarning[]
  readonly notes: readonly SoakNote[]
}

/** Checks lines, schema, sequence, chain, segments and head: spec operations 3.6. Throws as reading does. */
export async function verifySoak(files: readonly string[], options: ReadOptions = {}): Promise<Verification> {
  const reader = readSoakRecords(files, options)
  for await (const _ of reader);
  const { quality } = reader
  const { valid, duplicate, defectCount, warnings, notes } = quality
  const verdict = defectCount === 0 ? 'OK' : 'DEFECT'
  return { verdict, records: valid + duplicate, defects: inOrder(quality), warnings, notes }
}

/** Gaps and early records are known late. */
function inOrder({ defects, order }: ReadQuality): SoakDefect[] {
  const rank = ({ file }: SoakDefect) => order.indexOf(file)
  return defects.toSorted((a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0))
}
