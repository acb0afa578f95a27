import { isAbort, MontanaError, type MontanaErrorInit } from '@montana/foundation'
import { type EdgeCode, errorBody, frameworkStatus, RefusedError } from '@montana/http'
import type { FastifyReply } from 'fastify'
import type { Scrub } from './scrub.js'

export type HttpErrorCode =
  | EdgeCode
  | 'BODY_INVALID'
  | 'BODY_TOO_LARGE'
  | 'KEY_REUSED'
  | 'NOT_FOUND'
  | 'EPOCH_LOST'
  | 'PRECONDITION'
  | 'STOPPING'
  | 'INTERNAL'

/** A request that is refused by a rule of the mirror. */
export class HttpError extends RefusedError<HttpErrorCode> {
  constructor(
    status: number,
    code: HttpErrorCode,
    message: string,
    init: MontanaErrorInit & { readonly remedy: string },
  ) {
    super(status, code, message, init)
    this.name = 'HttpError'
  }
}

/** Of what the mirror throws; what is not listed is 500. Spec repository-mirror 5 and 13. */
const STATUS: Readonly<Record<string, number>> = {
  ...{ FENCED: 409, EPOCH_LOST: 409, PRECONDITION: 409, NOT_PROMOTABLE: 409, HANDBACK_CONFLICT: 409 },
  ...{ TARGET_NOT_FOUND: 404, NAME_INVALID: 422, REF_REJECTED: 409, BUSY: 503, RATE_LIMITED: 503 },
  ...{ CONFIG_INVALID: 422, CONFIG_UNKNOWN_KEY: 422, TARGET_IS_PRIMARY: 409, HOST_KEY_CHANGED: 409 },
  ...{ TARGET_UNREACHABLE: 502, TARGET_AUTH: 502, TARGET_FORBIDDEN: 502, TARGET_MOVED: 502, GIT_FAILED: 502 },
}
/** Of what fastify throws before a route is asked. */
const FRAMEWORK: Readonly<Record<number, HttpError>> = {
  413: new HttpError(413, 'BODY_TOO_LARGE', 'the body has more than 64 KiB', { remedy: 'send less' }),
  415: new HttpError(415, 'MEDIA_TYPE', 'the body is not application/json', { remedy: 'send JSON' }),
}

/** Every refusal in one form; what is not an error of ours is told to nobody. Spec 0-decisions: errors as JSON. */
export function sendError(error: unknown, reply: FastifyReply, scrub: Scrub): FastifyReply {
  const known = toKnown(error)
  const status = known instanceof RefusedError ? known.status : (STATUS[known.code] ?? 500)
  const body = errorBody(known, 'look at the log of the server')
  return reply.code(status).type('application/json').send(scrub(body))
}

function toKnown(error: unknown): MontanaError {
  if (error instanceof MontanaError) return error
  if (isAbort(error)) return new HttpError(503, 'STOPPING', 'the server is ending', { remedy: 'ask again later' })
  const status = frameworkStatus(error)
  if (status !== undefined) {
    return FRAMEWORK[status] ?? new HttpError(status, 'BODY_INVALID', 'the body is no JSON', { remedy: 'send JSON' })
  }
  return new HttpError(500, 'INTERNAL', 'internal error', { remedy: 'look at the log of the server' })
}
