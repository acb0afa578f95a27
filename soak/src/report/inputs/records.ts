import { basename, dirname, join } from 'node:path'
import { RecordCollector } from '../../analysis/collect.js'
import type { Bounds, LineCounts } from '../../analysis/quality.js'
import type { ReadQuality } from '../../verify/quality.js'
import { readSoakRecords } from '../../verify/read.js'

export interface ReadRecords {
  readonly collector: RecordCollector
  readonly lines: LineCounts
  /** Every file that was read, rotated ones first. */
  readonly paths: readonly string[]
}

/** Reads and verifies the files of a run once; records outside of the bounds are checked and left out. */
export async function readRecords(files: readonly string[], bounds: Bounds = {}): Promise<ReadRecords> {
  const collector = new RecordCollector()
  const reader = readSoakRecords(files)
  for await (const { record, isDuplicate } of reader) {
    if (!isDuplicate && isWithin(record.ts, bounds)) collector.add(record)
  }
  const { quality } = reader
  const folder = dirname(files.at(-1) ?? '')
  return {
    collector,
    lines: countsOf(quality),
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
