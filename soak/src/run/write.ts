import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { writeFileDurably } from '@montana/foundation'
import { toFileError } from '../errors.js'
import { runPaths } from './files.js'
import { type DrillEvent, drillEventSchema, type RunDocument, runDocumentSchema } from './schema.js'

/** Writes the document of the run at `soakPath`, durably; resolves to the SHA-256 of its bytes, hex. */
export async function writeRunDocument(soakPath: string, document: RunDocument): Promise<string> {
  const { run } = runPaths(soakPath)
  const bytes = Buffer.from(`${JSON.stringify(runDocumentSchema.parse(document), null, 2)}\n`)
  try {
    await writeFileDurably(run, bytes)
  } catch (error) {
    throw toFileError(error, run)
  }
  return createHash('sha256').update(bytes).digest('hex')
}

/** Appends one beginning or end of a drill, durably. */
export async function appendDrillEvent(soakPath: string, event: DrillEvent): Promise<void> {
  const { drills } = runPaths(soakPath)
  const line = `${JSON.stringify(drillEventSchema.parse(event))}\n`
  try {
    const file = await open(drills, 'a', 0o644)
    try {
      await file.appendFile(line)
      await file.datasync()
    } finally {
      await file.close()
    }
  } catch (error) {
    throw toFileError(error, drills)
  }
}
