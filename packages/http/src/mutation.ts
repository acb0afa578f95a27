import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { z } from 'zod'
import { RefusedError } from './errors.js'
import { parsed } from './parsed.js'
import { NONE, type None } from './route-doc.js'
import type { WriteGuard } from './write-guard.js'

export interface MutationRules {
  /** Asked before the body is read. */
  readonly guard: WriteGuard
  readonly bodyMaxBytes: number
}

export interface Mutation<T, P> {
  /** With `:name` for each of `params`. */
  readonly url: string
  /** One line for the list of routes. */
  readonly summary: string
  /** Strict shapes; without `params` the path has none. */
  readonly params?: z.ZodType<P> | undefined
  readonly schema: z.ZodType<T>
  /** Those that `run` reads, for the list of routes. */
  readonly headers?: z.ZodType | undefined
  /** What `run` gives with status 200, and with 202. */
  readonly answer?: z.ZodType | undefined
  readonly accepted?: z.ZodType | undefined
  /** Another route answers GET under the same path. */
  readonly isAlsoRead?: boolean | undefined
  readonly run: (body: T, context: MutationContext<P>) => unknown
}

export interface MutationContext<P> {
  readonly params: P
  readonly request: FastifyRequest
  /** For a status other than 200. */
  readonly reply: FastifyReply
}

const OTHERS: readonly HTTPMethods[] = ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** POST past the guard, JSON of a strict shape, no query; every other method is 405. */
export function addMutation<T, P = None>(app: FastifyInstance, rules: MutationRules, mutation: Mutation<T, P>): void {
  const { url, summary, schema, answer, accepted, run } = mutation
  const params = mutation.params ?? (NONE as unknown as z.ZodType<P>)
  const doc = { summary, params: mutation.params, headers: mutation.headers, body: schema, answer, accepted }
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => rules.guard(request, reply)
  const options = { config: { isMutation: true, doc }, onRequest, bodyLimit: rules.bodyMaxBytes }
  app.post(url, options, async (request, reply) => {
    parsed(NONE, request.query)
    const context = { params: parsed(params, request.params), request, reply }
    return await run(parsed(schema, request.body), context)
  })
  refuseOthers(app, url, mutation.isAlsoRead ?? false)
}

/** Before a body is looked at: what is sent with a wrong method is not read. */
function refuseOthers(app: FastifyInstance, url: string, isAlsoRead: boolean): void {
  const method = OTHERS.filter((one) => one !== 'GET' || !isAlsoRead)
  const refuse = async (_: FastifyRequest, reply: FastifyReply) => {
    reply.header('allow', isAlsoRead ? 'GET, HEAD, POST' : 'POST')
    throw new RefusedError(405, 'METHOD', 'this changes something', { remedy: 'use POST' })
  }
  app.route({ method, url, config: { isMutation: true }, onRequest: refuse, handler: refuse })
}
