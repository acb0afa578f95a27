import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HttpFailure } from '../errors.js'
import type { StandParts } from '../parts.js'
import type { StandRepository } from '../state/repository.js'
import { grantGit, hookEnvironment } from './access.js'
import { serveByBackend } from './backend.js'

/** Packs are streamed and never held. */
const PACK_MAX_BYTES = 8 * 1024 * 1024 * 1024
const SERVICES = ['git-upload-pack', 'git-receive-pack'] as const

interface GitParams {
  readonly owner: string
  readonly repo: string
}

/** git's smart protocol below `/<owner>/<name>.git`, by git's own server. */
export function registerGit(server: FastifyInstance, parts: StandParts, root: string): void {
  for (const service of SERVICES) {
    server.addContentTypeParser(`application/x-${service}-request`, (_request, payload, done) => done(null, payload))
    server.post<{ Params: GitParams }>(`/:owner/:repo/${service}`, { bodyLimit: PACK_MAX_BYTES }, (request, reply) =>
      serve({ parts, root, request, reply }, service, `/${service}`),
    )
  }
  server.get<{ Params: GitParams; Querystring: { service?: string } }>('/:owner/:repo/info/refs', (request, reply) =>
    serve({ parts, root, request, reply }, request.query.service ?? '', '/info/refs'),
  )
}

interface GitExchange {
  readonly parts: StandParts
  readonly root: string
  readonly request: FastifyRequest<{ Params: GitParams }>
  readonly reply: FastifyReply
}

async function serve(exchange: GitExchange, service: string, rest: string): Promise<void> {
  const { parts, root, request, reply } = exchange
  if (!SERVICES.some((known) => known === service)) throw new HttpFailure(403, 'Please upgrade your git client.')
  const { owner, repo } = request.params
  const name = repo.replace(/\.git$/, '')
  const isWrite = service === 'git-receive-pack'
  const asked = {
    owner,
    name,
    access: isWrite ? 'write' : 'read',
    authorization: request.headers.authorization,
  } as const
  const grant = grantGit(parts, asked)
  refuseFormer(grant.repository, name, request)
  reply.hijack()
  await serveByBackend(request.raw, reply.raw, {
    root,
    path: `/${grant.repository.id}.git${rest}`,
    query: request.url.split('?')[1] ?? '',
    remoteUser: grant.credential?.account ?? '',
    environment: hookEnvironment(grant),
    killAfterBytes: request.fault?.killAfterBytes,
  })
  if (isWrite && request.method === 'POST') await grant.repository.noticePush()
}

function refuseFormer(repository: StandRepository, name: string, request: FastifyRequest): void {
  if (repository.name.toLowerCase() === name.toLowerCase()) return
  const rest = request.url.split('/').slice(3).join('/')
  const location = `http://${request.host}/${repository.fullName}.git/${rest}`
  throw new HttpFailure(301, 'Moved Permanently', {}, { location })
}
