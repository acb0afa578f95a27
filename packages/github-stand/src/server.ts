import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { BODY_MAX_BYTES } from './constants.js'
import { HttpFailure, notFound } from './errors.js'
import type { FaultSpec } from './faults.js'
import { registerGit } from './git-http/routes.js'
import { addHooks } from './hooks.js'
import type { StandParts } from './parts.js'
import type { OpenEntry } from './request-log.js'
import { registerApi } from './rest/register.js'
import type { Credential } from './state/tokens.js'

declare module 'fastify' {
  interface FastifyRequest {
    credential: Credential | undefined
    fault: FaultSpec | undefined
    entry: OpenEntry | undefined
  }
}

/** Repository, secret and branch names may be longer than the router's own limit. */
const PARAM_MAX_LENGTH = 500

/** The http side of a stand, not yet listening. `root` holds the bare repositories. */
export function createServer(parts: StandParts, root: string): FastifyInstance {
  const server = fastify({
    bodyLimit: BODY_MAX_BYTES,
    routerOptions: { maxParamLength: PARAM_MAX_LENGTH },
    // Requests that a fault holds for ever must not hold the end of the stand.
    forceCloseConnections: true,
  })
  for (const name of ['credential', 'fault', 'entry'] as const) server.decorateRequest(name, undefined)
  parseJsonWhateverItIsCalled(server)
  addHooks(server, parts)
  server.setErrorHandler((error, _request, reply) => sendFailure(error, reply))
  server.setNotFoundHandler((_request, reply) => sendFailure(notFound(), reply))
  registerApi(server, parts)
  registerGit(server, parts, root)
  return server
}

function parseJsonWhateverItIsCalled(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'string' }, async (_request: FastifyRequest, text: string) => {
    if (text === '') return undefined
    try {
      return JSON.parse(text)
    } catch {
      throw new HttpFailure(400, 'Problems parsing JSON')
    }
  })
}

function sendFailure(error: unknown, reply: FastifyReply): FastifyReply {
  const failure = error instanceof HttpFailure ? error : internal(error)
  return reply.code(failure.status).headers(failure.headers).send(failure.body())
}

/** A body that is too large has a status of its own; anything else is a fault of the stand. */
function internal(error: unknown): HttpFailure {
  const { statusCode = 500, message = 'Server Error' } = error as { statusCode?: number; message?: string }
  return new HttpFailure(statusCode, message)
}
