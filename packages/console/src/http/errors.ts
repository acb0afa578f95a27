import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { errorCode, isAbort, MontanaError } from '@montana/foundation'
import { errorBody, frameworkStatus, RefusedError, repeated } from '@montana/http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../errors.js'
import { SECURITY_HEADERS } from './guard.js'

export const ROUTES = 'ask for /, /healthz, /api/mesh or what /api/docs lists'

/** Every refusal in one form; what went wrong inside is not told to whoever asks. */
export function sendError(error: unknown, reply: FastifyReply): FastifyReply {
  const known = toRefusal(error)
  return reply.code(known.status).type('application/json').send(errorBody(known, ROUTES))
}

function toRefusal(error: unknown): RefusedError<string> {
  if (error instanceof RefusedError) return error
  if (isAbort(error)) return new ApiError(503, 'STOPPING', 'the console is ending', { remedy: 'start it again' })
  const status = frameworkStatus(error)
  if (status !== undefined) return new ApiError(status, 'USAGE', 'the request is not understood', { remedy: ROUTES })
  const remedy = error instanceof MontanaError && error.remedy ? error.remedy : 'ask again'
  return new ApiError(500, 'INTERNAL', 'internal error', { remedy })
}

export function sendNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?', 1)[0] ?? ''
  return sendError(new ApiError(404, 'NOT_FOUND', `no route ${repeated(path)}`, { remedy: ROUTES }), reply)
}

const RAW_FAULTS: Readonly<Record<string, readonly [status: number, fault: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the head of the request is too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not come in time'],
}
const NOT_HTTP = [400, 'the request is not HTTP'] as const

/** What is not HTTP at all never reaches a route. */
export function refuseRaw(error: Error, socket: Socket): void {
  const [status, fault] = RAW_FAULTS[errorCode(error)] ?? NOT_HTTP
  endRaw(socket, status, fault)
}

/** Answers where there is no response to answer with. */
export function endRaw(socket: Socket, status: number, fault: string): void {
  if (!socket.writable) return
  const body = JSON.stringify(new ApiError(status, 'USAGE', fault, { remedy: ROUTES }))
  const headers = { ...SECURITY_HEADERS, 'content-type': 'application/json', 'content-length': body.length }
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
}
