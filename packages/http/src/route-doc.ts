import { z } from 'zod'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route changes something and has its own guard. */
    isMutation?: boolean
    /** For the list of routes. */
    doc?: RouteDoc
  }
}

/** What a route says of itself. Exactly one of `answer`, `accepted` and `media` is there, or both of the first two. */
export interface RouteDoc {
  /** One line. */
  readonly summary: string
  readonly params?: z.ZodType | undefined
  readonly query?: z.ZodType | undefined
  /** Those that it reads beside what every route reads. */
  readonly headers?: z.ZodType | undefined
  readonly body?: z.ZodType | undefined
  /** Of status 200. */
  readonly answer?: z.ZodType | undefined
  /** Of status 202: it goes on. */
  readonly accepted?: z.ZodType | undefined
  /** Type of a stream or a file, which has no schema. */
  readonly media?: string | undefined
}

/** Of a route that takes none. */
export const NONE = z.strictObject({})
export type None = z.infer<typeof NONE>
