import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { z } from 'zod'
import type { Answer, Answers } from './answers.js'
import { BODY_MAX_BYTES } from './constants.js'
import { HttpError } from './errors.js'
import { noQuery, parsed } from './schemas.js'

export interface Mutation<T> {
  readonly url: string
  readonly schema: z.ZodType<T>
  /** Another route answers GET under the same path. */
  readonly isAlsoRead?: boolean
  /** Goes on when the client has left. */
  readonly run: (body: T, id: string) => Promise<Answer>
}

export interface MutationModules {
  readonly answers: Answers
  readonly guard: (request: FastifyRequest, reply: FastifyReply) => void
}

const OTHERS: HTTPMethods[] = ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** POST with a token, JSON of a strict shape, and perhaps an `Idempotency-Key`; every other method is 405. */
export function addMutation<T>(app: FastifyInstance, { answers, guard }: MutationModules, mutation: Mutation<T>): void {
  const { url, schema, run, isAlsoRead = false } = mutation
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => guard(request, reply)
  app.post(url, { onRequest, bodyLimit: BODY_MAX_BYTES }, async (request, reply) => {
    parsed(noQuery, request.query)
    const body = parsed(schema, request.body)
    const { id = '' } = request.params as { id?: string }
    const key = keyOf(request)
    const answer = await answers.once(key, JSON.stringify([url, id, body]), () => run(body, id))
    return await reply.code(answer.status).send(answer.body)
  })
  const refuse = async (_: FastifyRequest, reply: FastifyReply) => {
    reply.header('allow', isAlsoRead ? 'GET, HEAD, POST' : 'POST')
    throw new HttpError(405, 'METHOD', 'this changes something', { remedy: 'use POST' })
  }
  // Before a body is looked at: what is sent with a wrong method is not read.
  app.route({
    method: OTHERS.filter((method) => method !== 'GET' || !isAlsoRead),
    url,
    onRequest: refuse,
    handler: refuse,
  })
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key']
  return Array.isArray(key) ? key.join(',') : key
}
