import { ConfigError } from '@montana/foundation'
import type { Manifest } from '../contracts/config.js'
import { readBoundedFile } from './bounded-file.js'
import { manifestSchema } from './manifest-schema.js'

/**
 * Reads the manifest. Throws ConfigError (78) also where there is none: taken for an empty one, it would withdraw every
 * secret from the replicas. Spec repository-mirror 3.3.
 */
export function loadManifest(file: string): Manifest {
  const read = readBoundedFile(file)
  if (read.isRead) return parseManifest(read.text, file)
  const remedy = 'commit one; {} copies code and workflow states only'
  throw refused(`${file} cannot be read (${read.code})`, 'MIRROR_MANIFEST', remedy)
}

/** The same of its text; `file` is what errors call it. */
export function parseManifest(text: string, file: string): Manifest {
  const result = manifestSchema.safeParse(parsed(text, file))
  if (result.success) return result.data
  const [issue] = result.error.issues
  const field = issue?.path.join('.') || 'the manifest'
  if (issue?.code === 'unrecognized_keys') {
    const key = [...issue.path, issue.keys[0]].join('.')
    throw refused(`${file}: ${key} is no field of the manifest`, key, 'remove it')
  }
  throw refused(`${file}: ${field} is not ${issue?.message}`, field, `write ${issue?.message}`)
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw refused(`${file} is not JSON`, 'MIRROR_MANIFEST', 'correct it')
  }
}

function refused(message: string, field: string, remedy: string): ConfigError {
  return new ConfigError(message, { field, remedy })
}
