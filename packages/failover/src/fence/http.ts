import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { checkEpochHeader, type FencedRequest, type FencedRequestOptions, fenceAnswer } from './headers.js'

export type FencedListener = (
  request: IncomingMessage,
  response: ServerResponse,
  fenced: FencedRequest,
) => void | Promise<void>

/**
 * A listener of node:http that is called only with an epoch, and whose refusal by the fence is answered: 428 without the
 * header, 409 with a stale epoch. The listener itself applies the epoch, in the transaction of its effect; any other
 * error of it rejects.
 */
export function fencedListener(listener: FencedListener, options: FencedRequestOptions = {}) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await listener(request, response, checkEpochHeader(request.headers, options))
    } catch (error) {
      const answer = fenceAnswer(error)
      if (!answer || response.headersSent) throw error
      // Nobody reads the body of what is refused.
      request.resume()
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
    }
  }
}

export type FencedHandler = (request: FastifyRequest, reply: FastifyReply, fenced: FencedRequest) => Promise<unknown>

/** The same for a route of fastify. */
export function fencedRoute(handler: FencedHandler, options: FencedRequestOptions = {}) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    try {
      return await handler(request, reply, checkEpochHeader(request.headers, options))
    } catch (error) {
      const answer = fenceAnswer(error)
      if (!answer) throw error
      return await reply.code(answer.status).send(answer.body)
    }
  }
}
