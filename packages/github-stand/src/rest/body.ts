import { z } from 'zod'
import { HttpFailure } from '../errors.js'

/** The body in the shape of `schema`; 422 in GitHub's words otherwise. Values of the sender are not repeated. */
export function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body ?? {})
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map(({ path, message }) => ({ code: 'invalid', field: path.join('.'), message }))
  throw new HttpFailure(422, 'Invalid request.', { errors })
}

/** Bytes of a base64 text; 422 when it is none. */
export const base64 = z
  .string()
  .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'is not base64')
  .transform((text) => Buffer.from(text, 'base64'))
