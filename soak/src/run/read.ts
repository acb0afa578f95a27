import { createHash } from 'node:crypto'
import { ConfigError, errorCode, readBoundedFile } from '@montana/foundation'
import { MAX_BYTES, parseJson } from '../files/load-json.js'
import { runPaths } from './files.js'
import { type DrillEvent, drillEventSchema, type RunDocument, runDocumentSchema } from './schema.js'

export interface StoredRun {
  readonly path: string
  /** Of its bytes, hex. */
  readonly sha256: string
  /** Undefined where the bytes are no such document. */
  readonly document: RunDocument | undefined
}

/** Undefined where the run at `soakPath` has no document. Throws {@link ConfigError} where it cannot be read. */
export async function readRunDocument(soakPath: string): Promise<StoredRun | undefined> {
  const { run: path } = runPaths(soakPath)
  const bytes = await readOptional(path)
  if (bytes === undefined) return undefined
  const document = runDocumentSchema.safeParse(parseJson(bytes.toString('utf8'))).data
  return { path, sha256: createHash('sha256').update(bytes).digest('hex'), document }
}

async function readOptional(path: string): Promise<Buffer | undefined> {
  try {
    return await readBoundedFile(path, MAX_BYTES)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw new ConfigError(`${path} cannot be read: ${errorCode(error)}`, {
      field: 'path',
      remedy: 'make it readable, or name another soak file with --path',
      cause: error,
    })
  }
}

export interface StoredEvents {
  readonly path: string
  /** In the order in which they were written. */
  readonly events: readonly DrillEvent[]
  /** Lines that are no events. */
  readonly bad: number
}

/** What happened of the drills of the run at `soakPath`; empty where nothing did. Throws {@link ConfigError}. */
export async function readDrillEvents(soakPath: string): Promise<StoredEvents> {
  const { drills: path } = runPaths(soakPath)
  const lines = ((await readOptional(path))?.toString('utf8') ?? '').split('\n').filter((line) => line !== '')
  const events = lines.flatMap((line) => drillEventSchema.safeParse(parseJson(line)).data ?? [])
  return { path, events, bad: lines.length - events.length }
}
