import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { CONNECTIONS_MAX, REQUEST_TIMEOUT_MS } from '../constants.js'
import { ApiError } from '../errors.js'
import { endRaw, ROUTES } from './errors.js'
import { SECURITY_HEADERS } from './guard.js'

/** Bounds connections, and answers in our form what node would answer by itself. */
export function guardConnections(server: Server, firstByteMs = REQUEST_TIMEOUT_MS): void {
  server.maxConnections = CONNECTIONS_MAX
  server.on('connection', (socket: Socket) => endWhenSilent(socket, firstByteMs))
  server.on('connect', (_, socket: Socket) => endRaw(socket, 405, 'this is no proxy'))
  server.on('checkExpectation', refuseExpectation)
}

/** The limits of the server begin with the first byte: who sends none would hold its place for ever. */
function endWhenSilent(socket: Socket, firstByteMs: number): void {
  const timer = setTimeout(() => {
    if (socket.bytesRead === 0) socket.destroy()
  }, firstByteMs)
  socket.once('close', () => clearTimeout(timer))
}

function refuseExpectation(_: IncomingMessage, response: ServerResponse): void {
  const error = new ApiError(417, 'USAGE', 'what the request expects is not done here', { remedy: ROUTES })
  const body = JSON.stringify(error)
  const headers = { ...SECURITY_HEADERS, 'content-type': 'application/json', 'content-length': body.length }
  response.writeHead(error.status, { ...headers, connection: 'close' }).end(body)
}
