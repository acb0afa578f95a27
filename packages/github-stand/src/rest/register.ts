import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { requireAccess } from '../access.js'
import { secretOf } from '../authorization.js'
import { notFound } from '../errors.js'
import type { StandParts } from '../parts.js'
import type { StandRepository } from '../state/repository.js'
import { ACCOUNT_ROUTES } from './account.js'
import { ACTIONS_PERMISSION_ROUTES } from './actions-permissions.js'
import { APP_ROUTES } from './apps.js'
import { COMMIT_ROUTES } from './commits.js'
import { CONTENT_ROUTES } from './contents.js'
import { DISPATCH_ROUTES } from './dispatches.js'
import { GIT_REF_ROUTES } from './git-refs.js'
import { refuseFormerName } from './moved.js'
import { REPOSITORY_ROUTES } from './repository.js'
import type { ApiAnswer, ApiCall, Method, PlainRoute, RepositoryRoute } from './route.js'
import { RUN_ROUTES } from './runs.js'
import { SECRET_ROUTES } from './secrets.js'
import { Urls } from './urls.js'
import { VARIABLE_ROUTES } from './variables.js'
import { WORKFLOW_ROUTES } from './workflows.js'

/** As on github.com and as on an Enterprise Server. */
export const API_BASES = ['', '/api/v3'] as const

const BELOW_REPOSITORY = [
  ...[...REPOSITORY_ROUTES, ...SECRET_ROUTES, ...VARIABLE_ROUTES, ...WORKFLOW_ROUTES, ...DISPATCH_ROUTES],
  ...[...RUN_ROUTES, ...ACTIONS_PERMISSION_ROUTES, ...CONTENT_ROUTES, ...COMMIT_ROUTES, ...GIT_REF_ROUTES],
]
const BY_NAME = '/repos/:owner/:repo'
const BY_ID = '/repositories/:repository_id'

/** All routes of the API, below both bases. */
export function registerApi(server: FastifyInstance, parts: StandParts): void {
  for (const base of API_BASES) {
    for (const route of [...ACCOUNT_ROUTES, ...APP_ROUTES]) addPlain(server, parts, base, route)
    for (const route of BELOW_REPOSITORY) {
      for (const prefix of [BY_NAME, BY_ID]) addBelow(server, parts, { base, prefix, route })
    }
  }
}

function addPlain(server: FastifyInstance, parts: StandParts, base: string, route: PlainRoute): void {
  server.route({
    method: route.method,
    url: base + route.path,
    handler: async (request, reply) => send(reply, await route.handle(callOf(parts, base, request))),
  })
}

interface Placed {
  readonly base: string
  readonly prefix: string
  readonly route: RepositoryRoute
}

function addBelow(server: FastifyInstance, parts: StandParts, { base, prefix, route }: Placed): void {
  server.route({
    method: route.method,
    url: base + prefix + route.path,
    handler: async (request, reply) => {
      const call = callOf(parts, base, request)
      const repository = repositoryOf(call)
      requireAccess(call.credential, repository, route.need)
      refuseMoved(call, repository, route.method)
      return send(reply, await route.handle({ ...call, repository }))
    },
  })
}

function callOf(parts: StandParts, base: string, request: FastifyRequest): ApiCall {
  const web = `http://${request.host}`
  return {
    parts,
    params: request.params as Record<string, string>,
    query: request.query as Record<string, string>,
    body: request.body,
    accept: request.headers.accept ?? '',
    href: web + request.url,
    urls: new Urls(web, web + base),
    credential: request.credential,
    bearer: secretOf(request.headers.authorization),
  }
}

function repositoryOf({ parts, params }: ApiCall): StandRepository {
  const { owner = '', repo = '', repository_id } = params
  const { repositories } = parts
  const found =
    repository_id === undefined ? repositories.byName(owner, repo) : repositories.byId(Number(repository_id))
  if (found === undefined) throw notFound()
  return found
}

function refuseMoved({ params, href, urls }: ApiCall, repository: StandRepository, method: Method): void {
  const { owner, repo } = params
  if (repo === undefined) return
  const rest = href.slice(`${urls.api}/repos/${owner}/${repo}`.length)
  refuseFormerName(repository, { name: repo, method, rest }, urls)
}

function send(reply: FastifyReply, { status, body, contentType, headers = {} }: ApiAnswer): FastifyReply {
  reply.code(status).headers(headers)
  if (contentType !== undefined) return reply.type(contentType).send(body)
  return body === undefined ? reply.send() : reply.type('application/json; charset=utf-8').send(JSON.stringify(body))
}
