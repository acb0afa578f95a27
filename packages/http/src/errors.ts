import { MontanaError, type MontanaErrorInit } from '@montana/foundation'
import { z } from 'zod'

/** What is refused before a rule of the server behind is asked. */
export type EdgeCode = 'HOST' | 'ORIGIN' | 'METHOD' | 'TOKEN' | 'READ_ONLY' | 'MEDIA_TYPE' | 'FIELD_INVALID' | 'BUSY'

/** A request that is refused, with the HTTP status that says so. */
export class RefusedError<C extends string = EdgeCode> extends MontanaError {
  declare readonly code: C

  constructor(
    readonly status: number,
    code: C,
    message: string,
    init: MontanaErrorInit & { readonly remedy: string },
  ) {
    super(code, message, init)
    this.name = 'RefusedError'
  }
}

/** Spec 0-decisions: errors as JSON. */
export const errorSchema = z
  .strictObject({
    error: z.strictObject({
      code: z.string().describe('stable; what a program may branch on'),
      message: z.string(),
      remedy: z.string().describe('what to do about it'),
      field: z.string().optional().describe('of the request, where one of them is wrong'),
    }),
  })
  .describe('the one form of every refusal')

export type ErrorBody = z.infer<typeof errorSchema>

/** `remedy` stands where the error has none of its own. */
export function errorBody({ code, message, remedy: own, field }: MontanaError, remedy: string): ErrorBody {
  return { error: { code, message, remedy: own ?? remedy, ...(field && { field }) } }
}

/** 400 … 499 of what fastify refuses before a route is asked; undefined for every other error. */
export function frameworkStatus(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined
}
