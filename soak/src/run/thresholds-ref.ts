import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { errorCode } from '@montana/foundation'
import type { RunDocument } from './schema.js'

const DEFAULT_THRESHOLDS = join(import.meta.dirname, '..', '..', 'thresholds.v1.json')

/** Names the thresholds of a run by version and content; zeros for a file that does not exist. */
export async function thresholdsRef(file = DEFAULT_THRESHOLDS): Promise<RunDocument['thresholds']> {
  const version = basename(file, '.json')
  try {
    return {
      version,
      sha256: createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    return { version, sha256: '0'.repeat(64) }
  }
}
