import type { FastifyInstance, FastifyReply } from 'fastify'
import { detailOf, viewOf } from '../view/index.js'
import { HttpError } from './errors.js'
import type { EventStreams } from './events.js'
import type { Facts } from './facts.js'
import type { HttpJobs } from './jobs.js'
import { pageOf } from './page.js'
import { historyQuery, invalid, noQuery, parsed } from './schemas.js'
import type { MirrorService } from './service.js'
import { unknownTarget } from './write-routes.js'

export interface ReadModules {
  readonly service: MirrorService
  readonly facts: Facts
  readonly jobs: HttpJobs
  readonly streams: EventStreams
}

type IdParams = { Params: { id: string } }

/** What changes nothing. Spec repository-mirror 13. */
export function addReadRoutes(app: FastifyInstance, { service, facts, jobs, streams }: ReadModules): void {
  const { store, time } = service.parts
  app.get('/api/mirrors', async ({ query }) => {
    parsed(noQuery, query)
    return pageOf(service, viewOf(await facts.parts(), time.wallMs()), jobs.open())
  })
  app.get<IdParams>('/api/mirrors/:id', async ({ params, query }) => {
    parsed(noQuery, query)
    const parts = await facts.parts()
    const found = parts.targets.find(({ target }) => target.name === params.id)
    if (found === undefined) throw unknownTarget()
    return detailOf(parts, found, time.wallMs())
  })
  app.get<IdParams>('/api/mirrors/:id/history', async ({ params, query }) => {
    const { limit, before } = parsed(historyQuery, query)
    if (!service.parts.targets.some(({ target }) => target.name === params.id)) throw unknownTarget()
    return { attempts: store.attempts.history(params.id, limit, before) }
  })
  app.get<{ Params: { jobId: string } }>('/api/mirrors/jobs/:jobId', async ({ params, query }) => {
    parsed(noQuery, query)
    const job = jobs.view(params.jobId)
    if (job) return job
    throw new HttpError(404, 'NOT_FOUND', 'there is no such job', { remedy: 'older jobs are in the history' })
  })
  app.get('/api/mirrors/events', { exposeHeadRoute: false }, async ({ headers }, reply) => {
    openStream(reply, streams, lastIdOf(headers['last-event-id']))
  })
}

/** From here on the response is the stream's. Throws {@link HttpError} where there is no place. */
function openStream(reply: FastifyReply, streams: EventStreams, lastId: number | undefined): void {
  if (streams.isFull) {
    reply.header('retry-after', '10')
    throw new HttpError(503, 'BUSY', 'too many pages are open', { remedy: 'close one and load this one again' })
  }
  reply.hijack()
  const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream', 'cache-control': 'no-store' }
  reply.raw.writeHead(200, headers as Record<string, string>)
  streams.add(reply.raw, lastId)
}

function lastIdOf(header: string | string[] | undefined): number | undefined {
  if (header === undefined || header === '') return undefined
  if (typeof header === 'string' && /^\d{1,15}$/.test(header)) return Number(header)
  throw invalid('Last-Event-ID', 'it is no id of an event')
}
