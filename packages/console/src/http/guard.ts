import { checkOrigin, createHostGuard } from '@montana/http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../errors.js'

/** Nothing from elsewhere, no script but ours, in nobody's frame. */
const PAGE_POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
/** A report is a document of its own with its style inside; it runs nothing and loads nothing. */
export const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'; sandbox allow-popups"

/** Of every answer. */
export const SECURITY_HEADERS = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
} as const

export function setSecurityHeaders(reply: FastifyReply): void {
  reply.headers(SECURITY_HEADERS)
}

type Guard = (request: FastifyRequest, reply: FastifyReply) => void

/** Refuses what no page of ours asks, before any work is done. The guard throws RefusedError, ApiError. */
export function createGuard(host: string): Guard {
  const checkHost = createHostGuard([host])
  return (request, reply) => {
    checkHost(request)
    // By the route that answers: a path has more than one spelling. Pages themselves may be opened from anywhere.
    if (request.routeOptions.url?.startsWith('/api/')) checkOrigin(request)
    if (request.method === 'GET' || request.method === 'HEAD' || guardsItself(request)) return
    reply.header('allow', 'GET, HEAD')
    throw new ApiError(405, 'METHOD', 'nothing here changes anything', { remedy: 'use GET' })
  }
}

/** Routes that change something have a stricter guard of their own; other methods than theirs are refused by them too. */
function guardsItself({ routeOptions: { config } }: FastifyRequest): boolean {
  return config?.isMutation === true
}
