import { createHash } from 'node:crypto'
import { ConfigError, errorCode, readBoundedFile } from '@montana/foundation'
import type { z } from 'zod'

/** Largest document that is read; the report of a month has 1.5 MB, the results of all tests less. */
export const MAX_BYTES = 64 * 2 ** 20

export interface JsonSource<T> {
  readonly file: string
  /** Flag or key that named the file. */
  readonly field: string
  readonly schema: z.ZodType<T>
  readonly remedy: string
}

export interface LoadedJson<T> {
  readonly value: T
  /** Of the bytes, lower hex. */
  readonly sha256: string
}

/** Reads a document that somebody names. Throws {@link ConfigError} with the flag, and the place in the file. */
export async function loadJson<T>({ file, field, schema, remedy }: JsonSource<T>): Promise<LoadedJson<T>> {
  const wrong = (fault: string) => new ConfigError(`${field} file ${file} ${fault}`, { field, remedy })
  const bytes = await readBoundedFile(file, MAX_BYTES).catch((error: unknown) => {
    throw wrong(`cannot be read: ${errorCode(error)}`)
  })
  const document = parseJson(bytes.toString('utf8'))
  if (document === undefined) throw wrong('is not JSON')
  const parsed = schema.safeParse(document)
  if (!parsed.success) throw wrong(`is wrong at ${placeOf(parsed.error)}`)
  return { value: parsed.data, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** Undefined for what is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function placeOf({ issues }: z.ZodError): string {
  const [issue] = issues
  return `${issue?.path.join('.') || 'its beginning'}: ${issue?.message}`
}
