import { createHash, timingSafeEqual } from 'node:crypto'
import { ConfigError } from '@montana/foundation'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LOOPBACK_NAMES, TOKEN_CHARACTERS_MIN } from './constants.js'
import { HttpError } from './errors.js'

const FROM_OUR_PAGE = new Set<unknown>([undefined, 'same-origin'])
/** A person who types the address. */
const FROM_NOWHERE = 'none'

/** Who may ask at all; throws {@link HttpError} 403. Spec repository-mirror 13. */
export function createReadGuard(hosts: readonly string[]): (request: FastifyRequest) => void {
  const allowed = new Set([...LOOPBACK_NAMES, ...hosts.map((host) => host.toLowerCase())])
  return ({ headers, method }) => {
    const name = nameOf(headers.host)
    // A page of another site that resolves its own name to loopback sends that name: DNS rebinding.
    if (name === undefined || !allowed.has(name)) throw forbidden('HOST', 'asked under a foreign name')
    const site = headers['sec-fetch-site']
    const isRead = method === 'GET' || method === 'HEAD'
    if (!FROM_OUR_PAGE.has(site) && !(isRead && site === FROM_NOWHERE)) throw foreign()
    if (headers.origin !== undefined && !isSameOrigin(headers.origin, headers.host ?? '')) throw foreign()
  }
}

type WriteGuard = (request: FastifyRequest, reply: FastifyReply) => void

/**
 * Who may change something; before its body is read. Without a token nobody may. Throws ConfigError for a token that could
 * be guessed.
 */
export function createWriteGuard(token: string | undefined): WriteGuard {
  if (token === undefined) return refuseAll
  if (token.length < TOKEN_CHARACTERS_MIN) {
    const remedy = `make one of at least ${TOKEN_CHARACTERS_MIN} random characters`
    throw new ConfigError('the token of the mirror routes is too short', { field: 'token', remedy })
  }
  const expected = digest(token)
  return ({ headers }, reply) => {
    const [, given] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(headers.authorization ?? '') ?? []
    if (given === undefined || !timingSafeEqual(digest(given), expected)) {
      reply.header('www-authenticate', 'Bearer')
      const remedy = 'unlock the page with the token'
      throw new HttpError(401, 'TOKEN', 'the token is missing or wrong', { remedy })
    }
    if (!/^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(headers['content-type'] ?? '')) {
      const remedy = 'send JSON with Content-Type: application/json'
      throw new HttpError(415, 'MEDIA_TYPE', 'the body is not application/json', { remedy })
    }
  }
}

function refuseAll(): never {
  const remedy = 'start the console with --token-file FILE'
  throw new HttpError(403, 'READ_ONLY', 'this console changes nothing', { remedy })
}

/** Of equal length for every token, so that the comparison takes the same time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function nameOf(host: string | undefined): string | undefined {
  return host
    ?.replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
}

/** Name and port count; which scheme a tunnel or proxy adds cannot be seen from here. */
function isSameOrigin(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, host: from } = new URL(origin)
  const own = `${protocol}//${host}`
  return /^https?:$/.test(protocol) && URL.canParse(own) && new URL(own).host === from
}

function foreign(): HttpError {
  return forbidden('ORIGIN', 'asked by the page of another site')
}

function forbidden(code: 'HOST' | 'ORIGIN', message: string): HttpError {
  return new HttpError(403, code, message, { remedy: 'open the page of the console under its own address' })
}
