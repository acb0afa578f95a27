import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { authenticate, secretOf } from './authorization.js'
import { openApiTemplate } from './exchange.js'
import { applyFault } from './fault-effects.js'
import type { StandParts } from './parts.js'
import { credentialHeaders } from './rest/credential-headers.js'
import { subjectOf } from './rest/subject.js'

const BASE = /^\/api\/v3(?=\/|$)/
const GIT = /^\/(?!repos\/|repositories\/|app\/)[^/]+\/[^/]+\/(?:info\/refs|git-upload-pack|git-receive-pack)$/
/** An App's assertion, which is no token. */
const ASSERTION = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** What happens to each request before and after its handler: log, faults, credentials, limits, headers. */
export function addHooks(server: FastifyInstance, parts: StandParts): void {
  server.addHook('onRequest', async (request, reply) => {
    const path = pathOf(request)
    logArrival(parts, request, path)
    if (await applyFault(request, reply, parts.faults.strike(faultTarget(request, path)))) return reply
    if (GIT.test(path)) return
    admit(parts, request, reply, path)
  })
  server.addHook('preValidation', async ({ entry, body }) => {
    if (entry !== undefined) entry.bodyKeys = keysOf(body)
  })
  server.addHook('onSend', async (request, reply, payload) => {
    if (request.fault?.resetAfter) request.raw.socket.resetAndDestroy()
    reply.headers(answerHeaders(parts, request))
    report(parts, request, reply, payload)
    return payload
  })
  server.addHook('onResponse', async ({ entry }, reply) => {
    if (entry !== undefined) entry.status = reply.statusCode
  })
}

function pathOf({ url }: FastifyRequest): string {
  return (url.split('?')[0] ?? '').replace(BASE, '')
}

function logArrival({ clock, requests, tokens }: StandParts, request: FastifyRequest, path: string): void {
  const tokenLabel = tokens.find(secretOf(request.headers.authorization) ?? '')?.label
  const query = request.url.split('?')[1] ?? ''
  request.entry = { method: request.method, path, query, atMs: clock.nowMs(), tokenLabel, bodyKeys: [], status: null }
  requests.open(request.entry)
}

function faultTarget({ method, entry }: FastifyRequest, path: string) {
  return { method, path, tokenLabel: entry?.tokenLabel }
}

/** Credentials first, then limits: both end a request of the API before anything is looked up. */
function admit({ tokens, limits }: StandParts, request: FastifyRequest, reply: FastifyReply, path: string): void {
  const { authorization } = request.headers
  const isAssertion = ASSERTION.test(secretOf(authorization) ?? '')
  request.credential = isAssertion ? undefined : authenticate(authorization, tokens)
  if (path === '/rate_limit' || isAssertion) return
  reply.raw.once('close', limits.take(subjectOf(request.credential), request.method))
}

function keysOf(body: unknown): string[] {
  const isRecord = typeof body === 'object' && body !== null && !('pipe' in body)
  return isRecord ? Object.keys(body) : []
}

function answerHeaders({ clock, limits }: StandParts, { credential, id }: FastifyRequest): Record<string, string> {
  const { limit, remaining, used, reset } = limits.view(subjectOf(credential))
  return {
    // Clients correct their own clock by it.
    date: new Date(clock.nowMs()).toUTCString(),
    ...{ 'x-ratelimit-limit': `${limit}`, 'x-ratelimit-remaining': `${remaining}`, 'x-ratelimit-used': `${used}` },
    ...{ 'x-ratelimit-reset': `${reset}`, 'x-ratelimit-resource': 'core', 'x-github-request-id': `STAND:${id}` },
    ...credentialHeaders(credential),
  }
}

function report({ options }: StandParts, request: FastifyRequest, reply: FastifyReply, payload: unknown): void {
  const template = openApiTemplate(request.routeOptions.url, BASE)
  const isPlanted = request.fault?.status !== undefined
  if (options.onExchange === undefined || template === undefined || isPlanted || GIT.test(pathOf(request))) return
  const contentType = reply.getHeader('content-type')?.toString()
  const responseBody = contentType?.includes('application/json') ? JSON.parse(String(payload)) : payload
  const { method, body: requestBody } = request
  options.onExchange({ method, template, requestBody, status: reply.statusCode, contentType, responseBody })
}
