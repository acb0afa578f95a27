import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { RecordCollector } from '../../analysis/collect.js'
import type { Bounds } from '../../analysis/quality.js'
import type { Defect } from '../../analysis/run-data.js'
import { soakRecordSchema } from '../../record/schema.js'

export interface ReadRecords {
  readonly collector: RecordCollector
  readonly corrupt: number
  readonly duplicate: number
  readonly late: number
  readonly repaired: number
  readonly defects: readonly Defect[]
  readonly lastSha256: string | null
}

/** Reads files once, in their order; records outside of the bounds are checked and left out. */
export async function readRecords(files: readonly string[], bounds: Bounds = {}): Promise<ReadRecords> {
  const collector = new RecordCollector()
  const counts = { corrupt: 0, duplicate: 0, late: 0, repaired: 0 }
  const defects: Defect[] = []
  let lastSha256: string | null = null
  for (const file of files) {
    let line = 0
    for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      line++
      const record = parse(text)
      if (record) {
        if (isWithin(record.ts, bounds)) collector.add(record)
        if (record.late) counts.late++
        if (record.repaired_bytes > 0) counts.repaired++
        lastSha256 = createHash('sha256').update(text).digest('hex')
      } else {
        counts.corrupt++
        defects.push({ file: basename(file), line, seq: null, kind: 'invalid_json' })
      }
    }
  }
  return { collector, ...counts, defects, lastSha256 }
}

function parse(text: string) {
  try {
    return soakRecordSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function isWithin(ts: string, { fromMs, toMs }: Bounds): boolean {
  const at = Date.parse(ts)
  return at >= (fromMs ?? at) && at < (toMs ?? at + 1)
}
