import type { StandParts } from '../parts.js'
import type { Need } from '../state/permissions.js'
import type { StandRepository } from '../state/repository.js'
import type { Credential } from '../state/tokens.js'
import type { Urls } from './urls.js'

export type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'

export interface ApiAnswer {
  readonly status: number
  /** JSON, or text where `contentType` says so. */
  readonly body?: unknown
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface ApiCall {
  readonly parts: StandParts
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
  readonly accept: string
  /** Full URL of the request, with query. */
  readonly href: string
  readonly urls: Urls
  readonly credential: Credential | undefined
  /** What came as `Authorization: Bearer`; Apps send their assertions there. */
  readonly bearer: string | undefined
}

export interface RepositoryCall extends ApiCall {
  readonly repository: StandRepository
}

/** Below a repository: the path starts behind `/repos/{owner}/{repo}`. */
export interface RepositoryRoute {
  readonly method: Method
  readonly path: string
  readonly need: Need
  readonly handle: (call: RepositoryCall) => ApiAnswer | Promise<ApiAnswer>
}

export interface PlainRoute {
  readonly method: Method
  readonly path: string
  readonly handle: (call: ApiCall) => ApiAnswer | Promise<ApiAnswer>
}

export const NO_CONTENT: ApiAnswer = { status: 204 }

export function ok(body: unknown): ApiAnswer {
  return { status: 200, body }
}
