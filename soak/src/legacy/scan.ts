import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { Defect } from '../analysis/run-data.js'
import type { Report } from '../report/schema.js'
import { type Joined, Joiner } from './joiner.js'
import { physicalLines } from './lines.js'

/** One of the files that a report rests on. */
export type ReportInput = Report['inputs'][number]

/** Reads files of the seed's shape, in the order given; `onFile` hears of each when it ends. */
export async function* scanLegacy(
  files: readonly string[],
  onFile: (input: ReportInput) => void,
  signal?: AbortSignal,
): AsyncGenerator<Joined & { readonly file: string }> {
  for (const path of files) {
    const file = basename(path)
    const hash = createHash('sha256')
    const joiner = new Joiner()
    let lines = 0
    for await (const line of physicalLines(path, hash, signal)) {
      lines = line.number
      for (const joined of joiner.push(line)) yield { ...joined, file }
    }
    for (const joined of joiner.end()) yield { ...joined, file }
    onFile({ kind: 'soak', file, sha256: hash.digest('hex'), lines, from: null, to: null })
  }
}

/** What is wrong with a stretch of lines; undefined for a record that stands alone on its line. */
export function defectOf(joined: Joined & { readonly file: string }, seq: number): Defect | undefined {
  const { file, line, kind } = joined
  if (kind === 'corrupt') return { file, line, seq: null, kind: joined.defect }
  return joined.isRepaired ? { file, line, seq, kind: 'torn' } : undefined
}
