import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { STREAM_RETRY_S } from './constants.js'
import { RefusedError } from './errors.js'
import { parsed } from './parsed.js'
import { NONE } from './route-doc.js'

const EVENTS = 'text/event-stream'
/** Whether it is one is for the stream to say. */
const HEADERS = z.looseObject({ 'Last-Event-ID': z.string().optional().describe('goes on after it') })

export interface Stream {
  readonly url: string
  /** One line for the list of routes. */
  readonly summary: string
  readonly isFull: () => boolean
  /** Gives what takes over the response once its head is written. May throw {@link RefusedError}. */
  readonly open: (request: FastifyRequest) => (response: ServerResponse) => void
}

/** Server-sent events. A query is refused with 422, and with 503 whoever finds no place. */
export function addStream(app: FastifyInstance, { url, summary, isFull, open }: Stream): void {
  const options = { exposeHeadRoute: false, config: { doc: { summary, headers: HEADERS, media: EVENTS } } }
  app.get(url, options, async (request, reply) => {
    parsed(NONE, request.query)
    const take = open(request)
    if (isFull()) throw noPlace(reply)
    reply.hijack()
    const headers = { ...reply.getHeaders(), 'content-type': EVENTS, 'cache-control': 'no-store' }
    reply.raw.writeHead(200, headers as Record<string, string>)
    take(reply.raw)
  })
}

function noPlace(reply: FastifyReply): RefusedError {
  reply.header('retry-after', String(STREAM_RETRY_S))
  return new RefusedError(503, 'BUSY', 'too many pages are open', { remedy: 'close one and load this one again' })
}
