import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { z } from 'zod'
import { BODY_MAX_BYTES } from '../constants.js'
import { ApiError } from '../errors.js'
import { parsed } from './parsed.js'

export { parsed } from './parsed.js'

export interface Mutation<T> {
  readonly url: string
  /** One line for `/api/docs`. */
  readonly summary?: string
  /** Of the body; strict. */
  readonly schema: z.ZodType<T>
  /** What `run` gives, for `/api/docs`. */
  readonly answer?: z.ZodType
  readonly run: (body: T, request: FastifyRequest) => Promise<unknown>
}

const OTHERS: HTTPMethods[] = ['PUT', 'PATCH', 'DELETE', 'OPTIONS']
const guarded = { isMutation: true }

/** POST with the token, from our own page or from none, JSON of a strict shape; answers 200 with what `run` gives. */
export function addMutation<T>(app: FastifyInstance, token: string | undefined, mutation: Mutation<T>): void {
  const { url, schema, answer, run, summary = 'changes something' } = mutation
  const config = { ...guarded, doc: { summary, answer, body: schema } }
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => checkMutation(request, reply, token)
  app.post(url, { config, onRequest, bodyLimit: BODY_MAX_BYTES }, async (request) => {
    return await run(parsed(schema, request.body), request)
  })
  const refuse = async (_: FastifyRequest, reply: FastifyReply) => {
    reply.header('allow', 'POST')
    throw new ApiError(405, 'METHOD', 'this changes something', { remedy: 'use POST' })
  }
  app.route({ method: OTHERS, url, config: guarded, onRequest: refuse, handler: refuse })
}

function checkMutation({ headers }: FastifyRequest, reply: FastifyReply, token: string | undefined): void {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') throw foreign()
  if (headers.origin !== undefined && !isSameOrigin(headers.origin, headers.host ?? '')) throw foreign()
  checkBearer(headers.authorization ?? '', reply, token)
  if (/^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(headers['content-type'] ?? '')) return
  const remedy = 'send JSON with Content-Type: application/json'
  throw new ApiError(415, 'MEDIA_TYPE', 'the body is not application/json', { remedy })
}

function checkBearer(authorization: string, reply: FastifyReply, token: string | undefined): void {
  if (token === undefined) {
    const remedy = 'start the console with --token-file FILE'
    throw new ApiError(403, 'READ_ONLY', 'this console changes nothing', { remedy })
  }
  const [, given] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization) ?? []
  if (given !== undefined && timingSafeEqual(digest(given), digest(token))) return
  reply.header('www-authenticate', 'Bearer')
  throw new ApiError(401, 'TOKEN', 'the token is missing or wrong', { remedy: 'unlock the page with the token' })
}

/** Of equal length for every token, so that the comparison takes the same time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Name and port count; which scheme a tunnel or proxy adds cannot be seen from here. */
function isSameOrigin(origin: string, host: string): boolean {
  const from = URL.parse(origin)
  return from !== null && /^https?:$/.test(from.protocol) && URL.parse(`${from.protocol}//${host}`)?.host === from.host
}

function foreign(): ApiError {
  return new ApiError(403, 'ORIGIN', 'asked by the page of another site', { remedy: 'open the page of the console' })
}
