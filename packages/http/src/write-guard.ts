import { createHash, timingSafeEqual } from 'node:crypto'
import { ConfigError } from '@montana/foundation'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { TOKEN_CHARACTERS_MIN } from './constants.js'
import { RefusedError } from './errors.js'
import { checkOrigin } from './names.js'

type Asking = Pick<FastifyRequest, 'headers' | 'method'>
export type WriteGuard = (request: Asking, reply: Pick<FastifyReply, 'header'>) => void

/** Throws ConfigError for a token that could be guessed. */
export function checkToken(token: string | undefined): void {
  if (token === undefined || token.length >= TOKEN_CHARACTERS_MIN) return
  const remedy = `make one of at least ${TOKEN_CHARACTERS_MIN} random characters`
  throw new ConfigError('the token of the console is too short', { field: 'token', remedy })
}

/**
 * Who may change something; asked before a body is read. Without a token nobody may. The guard throws {@link RefusedError}:
 * 403 for a foreign page and where nothing can be changed, 401 for the token, 415 for what is not JSON. Throws ConfigError
 * for a token that could be guessed.
 */
export function createWriteGuard(token: string | undefined): WriteGuard {
  checkToken(token)
  const checkBearer = token === undefined ? refuseAll : bearerCheck(token)
  return (request, reply) => {
    checkOrigin(request)
    checkBearer(request, reply)
    checkJson(request)
  }
}

function bearerCheck(token: string): WriteGuard {
  const expected = digest(token)
  return ({ headers }, reply) => {
    const [, given] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(headers.authorization ?? '') ?? []
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return
    reply.header('www-authenticate', 'Bearer')
    const remedy = 'unlock the page with the token'
    throw new RefusedError(401, 'TOKEN', 'the token is missing or wrong', { remedy })
  }
}

/** What a form of another site can send without being asked first is not this type. */
function checkJson({ headers }: Asking): void {
  if (/^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(headers['content-type'] ?? '')) return
  const remedy = 'send JSON with Content-Type: application/json'
  throw new RefusedError(415, 'MEDIA_TYPE', 'the body is not application/json', { remedy })
}

function refuseAll(): never {
  const remedy = 'start the console with --token-file FILE'
  throw new RefusedError(403, 'READ_ONLY', 'this console changes nothing', { remedy })
}

/** Of equal length for every token, so that the comparison takes the same time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
