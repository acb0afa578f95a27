import { basename, dirname, join } from 'node:path'
import { RecordCollector } from '../../analysis/collect.js'
import type { Bounds, LineCounts } from '../../analysis/quality.js'
import type { NoteKind, SoakNote } from '../../verify/defect.js'
import type { ReadQuality } from '../../verify/quality.js'
import { readSoakRecords } from '../../verify/read.js'

export interface ReadRecords {
  readonly collector: RecordCollector
  readonly lines: LineCounts
  /** Every file that was read, rotated ones first. */
  readonly paths: readonly string[]
  /** What the reading leaves open, in words. */
  readonly remarks: readonly string[]
}

/** Reads and verifies the files of a run once; records outside of the bounds are checked and left out. */
export async function readRecords(files: readonly string[], bounds: Bounds = {}): Promise<ReadRecords> {
  const collector = new RecordCollector()
  const reader = readSoakRecords(files)
  let outside = 0
  for await (const { record, isDuplicate } of reader) {
    if (isDuplicate) continue
    if (isWithin(record.ts, bounds)) collector.add(record)
    else outside++
  }
  const { quality } = reader
  const folder = dirname(files.at(-1) ?? '')
  return {
    collector,
    lines: countsOf(quality),
    remarks: [...leftOut(outside), ...quality.notes.map(remarkOf)],
    paths: quality.files.map((name) => (basename(name) === name ? join(folder, name) : name)),
  }
}

/** A line that ends nowhere is no record either. */
function countsOf({ corrupt, duplicate, late, repaired, defects, lastSeq, lastSha256 }: ReadQuality): LineCounts {
  const torn = defects.filter(({ kind }) => kind === 'torn').length
  const named = defects.map((defect) => ({ ...defect, file: basename(defect.file) }))
  return { corrupt: corrupt + torn, duplicate, late, repaired, defects: named, lastSeq, lastSha256 }
}

function isWithin(ts: string, { fromMs, toMs }: Bounds): boolean {
  const at = Date.parse(ts)
  return at >= (fromMs ?? at) && at < (toMs ?? at + 1)
}

function leftOut(count: number): string[] {
  return count === 0
    ? []
    : [`${count} records lie outside of the time that was asked for, and nothing is said of them.`]
}

const REMARKS: Readonly<Record<NoteKind, string>> = {
  head_behind: 'The head was one record behind the file, as a crash leaves it.',
  head_missing: 'Nothing proves the last record: there is no head beside the file.',
  segments_removed: 'Older records of the run were removed when their time was over.',
  index_unreadable: 'The index of rotated files cannot be read, so that their hashes are not compared.',
}

function remarkOf({ kind }: SoakNote): string {
  return REMARKS[kind]
}
