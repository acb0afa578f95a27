import type { z } from 'zod'
import { FIELD_MAX_CHARACTERS } from './constants.js'
import { RefusedError } from './errors.js'

/** What could be a field of ours; anything else that was sent as a name is not repeated, so nothing as long as a token. */
const NAME = /^[\w-]{1,23}(?:\.[\w-]{1,23})*$/

/** Throws {@link RefusedError} 422 that names the first field at fault, and never quotes a value. */
export function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const path = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].join('.')
  const field = NAME.test(path) && path.length <= FIELD_MAX_CHARACTERS ? path : 'body'
  throw invalid(field, unknown === undefined ? `${field} is missing or not valid` : `${field} is not known`)
}

export function invalid(field: string, message: string): RefusedError {
  return new RefusedError(422, 'FIELD_INVALID', message, { field, remedy: 'send the fields that /api/docs lists' })
}
