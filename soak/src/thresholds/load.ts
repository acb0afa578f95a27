import { fileURLToPath } from 'node:url'
import { loadJson } from '../files/load-json.js'
import { type Thresholds, thresholdsSchema } from './schema.js'

/** The file in force; a change of a bound is a new file. */
export const DEFAULT_THRESHOLDS = fileURLToPath(new URL('../../thresholds.v1.json', import.meta.url))

export interface LoadedThresholds {
  readonly thresholds: Thresholds
  readonly file: string
  /** Of the bytes of the file, lower hex. */
  readonly sha256: string
}

/** Throws ConfigError that names the key. */
export async function loadThresholds(file: string = DEFAULT_THRESHOLDS): Promise<LoadedThresholds> {
  const remedy = 'correct the file, or leave --thresholds away for the bounds of this release'
  const { value, sha256 } = await loadJson({ file, field: 'thresholds', schema: thresholdsSchema, remedy })
  return { thresholds: value, file, sha256 }
}
