import type { z } from 'zod'
import { MirrorError } from '../../contracts/errors.js'

/** TARGET_ANSWER_INVALID names the fields at fault and nothing of what they hold. */
export function decodeAnswer<T>(schema: z.ZodType<T>, data: unknown, what: string): T {
  const result = schema.safeParse(data)
  if (result.success) return result.data
  const fields = result.error.issues.map(({ path }) => path.join('.') || 'answer').slice(0, 3)
  throw new MirrorError('TARGET_ANSWER_INVALID', `${what}: the answer has another form (${fields.join(', ')})`, {
    remedy: 'Check the API address; something else than the GitHub API may answer there.',
  })
}
