import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { ConfigError, errorCode } from '@montana/foundation'
import { runPaths } from './files.js'
import { type RunDocument, runDocumentSchema } from './schema.js'

/** A run of some thousand claims and drills; more than this is not one of our files. */
const MAX_BYTES = 4 * 2 ** 20

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
  const bytes = await readBounded(path)
  if (bytes === undefined) return undefined
  const document = runDocumentSchema.safeParse(parseJson(bytes.toString('utf8'))).data
  return { path, sha256: createHash('sha256').update(bytes).digest('hex'), document }
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
