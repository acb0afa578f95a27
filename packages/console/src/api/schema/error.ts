import { z } from 'zod'
import { text } from './shapes.js'

export const errorSchema = z
  .strictObject({
    error: z.strictObject({
      code: text.describe('stable; what a program may branch on'),
      message: text,
      remedy: text.describe('what to do about it'),
      field: text.optional().describe('of the request, where one of them is wrong'),
    }),
  })
  .describe('the one form of every refusal')
