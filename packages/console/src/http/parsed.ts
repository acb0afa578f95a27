import type { z } from 'zod'
import { ApiError } from '../errors.js'

const FIELD_MAX = 64

/** Throws {@link ApiError} 422 that names the first field which is wrong, and never quotes what was sent. */
export function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const path = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])]
  const field = path.join('.').slice(0, FIELD_MAX) || 'body'
  const message = unknown === undefined ? `${field} is not valid` : `${field} is not known`
  throw new ApiError(422, 'FIELD_INVALID', message, { field, remedy: 'see /api/docs' })
}
