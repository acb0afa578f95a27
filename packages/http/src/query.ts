import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { parsed } from './parsed.js'
import { NONE, type None } from './route-doc.js'

export interface Query<P, Q> {
  /** With `:name` for each of `params`. */
  readonly url: string
  /** One line for the list of routes. */
  readonly summary: string
  /** Strict shapes; without one the route takes none. */
  readonly params?: z.ZodType<P> | undefined
  readonly query?: z.ZodType<Q> | undefined
  /** What `run` gives; the documentation and the tests hold it to that. */
  readonly answer: z.ZodType
  readonly run: (input: QueryInput<P, Q>, request: FastifyRequest) => unknown
}

export interface QueryInput<P, Q> {
  readonly params: P
  readonly query: Q
}

/** GET that changes nothing; a field that is wrong or not known is refused with 422 before `run`. */
export function addQuery<P = None, Q = None>(app: FastifyInstance, init: Query<P, Q>): void {
  const { url, summary, answer, run } = init
  const params = init.params ?? (NONE as unknown as z.ZodType<P>)
  const query = init.query ?? (NONE as unknown as z.ZodType<Q>)
  const config = { doc: { summary, answer, params: init.params, query: init.query } }
  app.get(url, { config }, async (request) => {
    return await run({ params: parsed(params, request.params), query: parsed(query, request.query) }, request)
  })
}
