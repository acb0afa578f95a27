import type { FastifyReply, FastifyRequest } from 'fastify'
import { LOOPBACK_NAMES } from '../constants.js'
import { ApiError } from '../errors.js'
import type { RouteDoc } from './openapi.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route changes something and checks the token itself. */
    isMutation?: boolean
    /** The route is one of the repository mirror, which has guards of its own. */
    isMirror?: boolean
    /** For `/api/docs`. */
    doc?: RouteDoc
  }
}

/** Nothing from elsewhere, no script but ours, in nobody's frame. */
const PAGE_POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
/** A report is a document of its own with its style inside; it runs nothing and loads nothing. */
export const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'; sandbox allow-popups"

const HEADERS = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
} as const

export function setSecurityHeaders(reply: FastifyReply): void {
  reply.headers(HEADERS)
}

/** Refuses what no page of ours asks, before any work is done. Throws {@link ApiError}. */
export function guardRequest(request: FastifyRequest, reply: FastifyReply, host: string): void {
  checkHost(request.headers.host, host)
  checkOrigin(request)
  if (request.method !== 'GET' && request.method !== 'HEAD' && !guardsItself(request)) {
    reply.header('allow', 'GET, HEAD')
    throw new ApiError(405, 'METHOD', 'nothing here changes anything', { remedy: 'use GET' })
  }
}

/** Routes that change something have a stricter guard of their own; other methods than theirs are refused by them too. */
function guardsItself({ routeOptions: { config } }: FastifyRequest): boolean {
  return config?.isMutation === true || config?.isMirror === true
}

/** A page of another site that resolves its own name to loopback sends that name: DNS rebinding. */
function checkHost(header: string | undefined, configured: string): void {
  const name = header
    ?.replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
  if (name !== undefined && (LOOPBACK_NAMES.has(name) || name === configured.toLowerCase())) return
  throw new ApiError(403, 'HOST', 'asked under a foreign name', { remedy: `use ${configured}` })
}

/** Other sites could not read an answer, but they could fill the places of those who may. */
function checkOrigin({ routeOptions, headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site']
  // By the route that answers: a path has more than one spelling.
  if (site === undefined || site === 'same-origin' || site === 'none' || !routeOptions.url?.startsWith('/api/')) return
  throw new ApiError(403, 'ORIGIN', 'asked by the page of another site', { remedy: 'open the page of the console' })
}
