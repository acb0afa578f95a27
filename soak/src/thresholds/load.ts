import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { ConfigError, errorMessage } from '@montana/foundation'
import { type Thresholds, thresholdsSchema } from './schema.js'

/** The file in force; a change of a bound is a new file. */
export const DEFAULT_THRESHOLDS = fileURLToPath(new URL('../../thresholds.v1.json', import.meta.url))

export interface LoadedThresholds {
  readonly thresholds: Thresholds
  readonly file: string
  /** Of the bytes of the file, lower hex. */
  readonly sha256: string
}

/** Throws {@link ConfigError} that names the key. */
export async function loadThresholds(file: string = DEFAULT_THRESHOLDS): Promise<LoadedThresholds> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw wrong(file, `cannot be read: ${errorMessage(error).split('\n')[0]}`)
  })
  const parsed = thresholdsSchema.safeParse(parse(file, bytes.toString('utf8')))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw wrong(file, `${issue?.path.join('.') || 'content'}: ${issue?.message}`)
  }
  return { thresholds: parsed.data, file, sha256: createHash('sha256').update(bytes).digest('hex') }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw wrong(file, 'is not JSON')
  }
}

function wrong(file: string, fault: string): ConfigError {
  const remedy = 'correct the file, or leave --thresholds away for the bounds of this release'
  return new ConfigError(`thresholds ${file} ${fault}`, { field: 'thresholds', remedy })
}
