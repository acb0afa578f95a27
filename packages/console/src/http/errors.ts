import type { Socket } from 'node:net'
import { isAbort, MontanaError } from '@montana/foundation'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../errors.js'

export const ROUTES = 'ask for /, /healthz, /api/mesh, /api/soak, /api/events or /report/report.html'
const TEXT_MAX = 64

/** Every refusal in one form; what went wrong inside is not told to whoever asks. */
export function sendError(error: unknown, reply: FastifyReply): FastifyReply {
  const known = toApiError(error)
  return reply.code(known.status).type('application/json').send(known.toJSON())
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (isAbort(error)) return new ApiError(503, 'STOPPING', 'the console is ending', { remedy: 'start it again' })
  const status = (error as { statusCode?: unknown } | null)?.statusCode
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new ApiError(status, 'USAGE', 'the request is not understood', { remedy: ROUTES })
  }
  const remedy = error instanceof MontanaError && error.remedy ? error.remedy : 'ask again'
  return new ApiError(500, 'INTERNAL', 'internal error', { remedy })
}

export function sendNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?', 1)[0]?.slice(0, TEXT_MAX)
  return sendError(new ApiError(404, 'NOT_FOUND', `no route ${path}`, { remedy: ROUTES }), reply)
}

/** What is not HTTP at all never reaches a route. */
export function refuseRaw(_: Error, socket: Socket): void {
  if (!socket.writable) return
  const body = JSON.stringify(
    new ApiError(400, 'USAGE', 'the request is not HTTP, or its head is too large', { remedy: ROUTES }),
  )
  const head = ['HTTP/1.1 400 Bad Request', 'content-type: application/json', `content-length: ${body.length}`]
  socket.end(`${head.join('\r\n')}\r\nconnection: close\r\n\r\n${body}`)
}
