import { SPOOL_MAX_RECORDS } from '../constants.js'
import { openToRead } from '../journal/backwards.js'
import type { JournalFiles } from '../journal/files.js'
import { lineBatches } from '../journal/lines.js'
import { recordLine } from '../record/assemble.js'
import { type SoakRecord, soakRecordSchema } from '../record/schema.js'

/** The records of a spool file, oldest first; what is no record is passed over. Empty where there is no file. */
export async function readSpoolFile(path: string): Promise<SoakRecord[]> {
  const handle = await openToRead(path)
  if (!handle) return []
  await handle.close()
  const records: SoakRecord[] = []
  for await (const { lines } of lineBatches(path)) {
    records.push(...lines.flatMap((line) => parse(line) ?? []))
    if (records.length >= SPOOL_MAX_RECORDS) break
  }
  return records.slice(0, SPOOL_MAX_RECORDS)
}

/** No file at all where there is no record. */
export async function writeSpoolFile(path: string, records: readonly SoakRecord[], files: JournalFiles): Promise<void> {
  if (records.length === 0) return await files.remove(path)
  await files.replace(path, records.map(recordLine).join(''))
}

function parse(line: Buffer | undefined): SoakRecord | undefined {
  try {
    return soakRecordSchema.safeParse(JSON.parse(line?.toString('utf8') ?? '')).data
  } catch {
    return undefined
  }
}
