import { errorCode, isAbort, MontanaError } from '@montana/foundation'
import { MirrorError, type MirrorErrorCode, type MirrorErrorInit } from '../../contracts/errors.js'
import { type Headers, limitWaitMs } from './limits.js'

/** What was asked, in words that may be shown: method and path, never a header or a body. */
export interface Asked {
  readonly what: string
  /** `MIRROR_3_`: what a remedy names keys by. */
  readonly keyPrefix: string
}

/** An answer of 400 and above. `message` is foreign: it is matched, never shown. */
interface Refusal {
  readonly status: number
  readonly headers: Headers
  readonly message: string
}

interface Meaning extends MirrorErrorInit {
  readonly code: MirrorErrorCode
  readonly says: string
}

/** The status that a failure came from, for callers that know a better answer to it; null when there was none. */
export function statusOf(error: unknown): number | null {
  const status = error instanceof MirrorError ? error.metadata.status : null
  return typeof status === 'number' ? status : null
}

/** Turns whatever the client of the API throws into one of ours, free of headers, bodies and credentials. */
export function failureOf(thrown: unknown, asked: Asked, nowMs: number): Error {
  const cause = thrown instanceof Error ? thrown.cause : undefined
  for (const known of [thrown, cause]) if (known instanceof MontanaError || isAbort(known)) return known as Error
  const refusal = refusalOf(thrown)
  return refusal === null ? unreachable(cause ?? thrown, asked) : refused(refusal, asked, nowMs)
}

function refusalOf(thrown: unknown): Refusal | null {
  if (!(thrown instanceof Error) || !('status' in thrown) || !('response' in thrown)) return null
  const { status, response, message } = thrown as { status: unknown; response: unknown; message: string }
  if (typeof status !== 'number' || typeof response !== 'object' || response === null) return null
  return { status, message, headers: 'headers' in response ? (response.headers as Headers) : {} }
}

function unreachable(cause: unknown, { what }: Asked): MirrorError {
  return new MirrorError('TARGET_UNREACHABLE', `${what}: no answer (${errorCode(cause)})`, {
    remedy: 'Check the network, the proxy and the API address; the work is tried again by itself.',
  })
}

function refused(refusal: Refusal, asked: Asked, nowMs: number): MirrorError {
  const { code, says, ...init } = meaningOf(refusal, asked, nowMs)
  const metadata = { status: refusal.status }
  return new MirrorError(code, `${asked.what}: ${says} (${refusal.status})`, { ...init, metadata })
}

function meaningOf(refusal: Refusal, asked: Asked, nowMs: number): Meaning {
  const { status, headers, message } = refusal
  const retryAfterMs = limitWaitMs(status, headers, message, nowMs)
  if (retryAfterMs !== null) return { code: 'RATE_LIMITED', says: 'a limit of the provider is used up', retryAfterMs }
  if (status === 401) return unauthenticated(asked)
  if (status === 403) return forbidden(message, asked)
  if (status === 404 || status === 410 || status === 451) return notFound(asked)
  if (status >= 500 || status === 408) return { code: 'TARGET_UNREACHABLE', says: 'the provider is failing' }
  return { code: 'TARGET_ANSWER_INVALID', says: 'the request was refused' }
}

function unauthenticated({ keyPrefix }: Asked): Meaning {
  const remedy = `Renew the credential of this slot (${keyPrefix}TOKEN, ${keyPrefix}TOKEN_FILE or the App's key).`
  return { code: 'TARGET_AUTH', says: 'the credential was not accepted', remedy }
}

function notFound({ keyPrefix }: Asked): Meaning {
  const remedy = `Check ${keyPrefix}REPO, and that the credential may see that repository.`
  return { code: 'TARGET_NOT_FOUND', says: 'gone, or hidden from this credential', remedy }
}

/** Spec repository-mirror 6.2: the token of a workflow run can never write variables or secrets. */
function forbidden(message: string, { keyPrefix }: Asked): Meaning {
  const integration = /resource not accessible by/i.test(message)
  const remedy = integration
    ? `Grant the permission to the App or token of ${keyPrefix}REPO; the GITHUB_TOKEN of a workflow run cannot have it.`
    : `Give the credential of ${keyPrefix}REPO the missing permission; \`montana mirror test\` names it.`
  return { code: 'TARGET_FORBIDDEN', says: 'the credential may not do this', remedy }
}
