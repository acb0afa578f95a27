import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { ConfigError, errorCode } from '@montana/foundation'
import { runPaths } from './files.js'
import { type DrillEvent, drillEventSchema, type RunDocument, runDocumentSchema } from './schema.js'

/** A run of some thousand claims and drills; more than this is not one of our files. */
const MAX_BYTES = 4 * 2 ** 20

interface FileFacts {
  readonly path: string
  /** Of its bytes, hex. */
  readonly sha256: string
}

export interface StoredRun extends FileFacts {
  /** Undefined where the bytes are no such document. */
  readonly document: RunDocument | undefined
}

export interface StoredDrills extends FileFacts {
  /** In the order of the file: beginnings, and the same once more with their ends. */
  readonly events: readonly DrillEvent[]
  readonly lines: number
  /** Numbers of lines that are none, first is 1. */
  readonly corruptLines: readonly number[]
}

/** Undefined where the run at `soakPath` has no document. Throws {@link ConfigError} where it cannot be read. */
export async function readRunDocument(soakPath: string): Promise<StoredRun | undefined> {
  const { run: path } = runPaths(soakPath)
  const bytes = await readBounded(path)
  if (bytes === undefined) return undefined
  const document = runDocumentSchema.safeParse(parseJson(bytes.toString('utf8'))).data
  return { path, sha256: sha256(bytes), document }
}

/** Undefined where no drill of the run at `soakPath` has begun. */
export async function readDrillEvents(soakPath: string): Promise<StoredDrills | undefined> {
  const { drills: path } = runPaths(soakPath)
  const bytes = await readBounded(path)
  if (bytes === undefined) return undefined
  const lines = bytes.toString('utf8').split('\n')
  if (lines.at(-1) === '') lines.pop()
  const parsed = lines.map((line) => drillEventSchema.safeParse(parseJson(line)).data)
  const corruptLines = parsed.flatMap((event, index) => (event === undefined ? [index + 1] : []))
  return {
    path,
    sha256: sha256(bytes),
    events: parsed.filter((event) => event !== undefined),
    lines: lines.length,
    corruptLines,
  }
}

async function readBounded(path: string): Promise<Buffer | undefined> {
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      if (size > MAX_BYTES) throw Object.assign(new Error(`${size} bytes are too many`), { code: 'EFBIG' })
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw new ConfigError(`${path} cannot be read: ${errorCode(error)}`, {
      field: 'path',
      remedy: 'make it readable, or name another soak file with --path',
      cause: error,
    })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
