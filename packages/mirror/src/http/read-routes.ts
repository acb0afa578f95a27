import { addQuery, addStream, invalid } from '@montana/http'
import type { FastifyInstance } from 'fastify'
import { detailOf, viewOf } from '../view/index.js'
import { HttpError } from './errors.js'
import type { EventStreams } from './events.js'
import type { Facts } from './facts.js'
import type { HttpJobs } from './jobs.js'
import { pageOf } from './page.js'
import { historySchema, jobSchema, targetSchema, viewSchema } from './schema/index.js'
import { historyQuery, idParams, jobParams } from './schemas.js'
import type { MirrorService } from './service.js'
import { unknownTarget } from './write-routes.js'

export interface ReadModules {
  readonly service: MirrorService
  readonly facts: Facts
  readonly jobs: HttpJobs
  readonly streams: EventStreams
}

/** What changes nothing. Spec repository-mirror 13. */
export function addReadRoutes(app: FastifyInstance, modules: ReadModules): void {
  addView(app, modules)
  addTarget(app, modules)
  addHistory(app, modules)
  addJob(app, modules)
  addEvents(app, modules)
}

function addView(app: FastifyInstance, { service, facts, jobs }: ReadModules): void {
  addQuery(app, {
    url: '/api/mirrors',
    summary: 'this repository, its mirrors, fence and sentinel, and what can be done now',
    answer: viewSchema,
    run: async () => pageOf(service, viewOf(await facts.parts(), service.parts.time.wallMs()), jobs.open()),
  })
}

function addTarget(app: FastifyInstance, { service, facts }: ReadModules): void {
  addQuery(app, {
    url: '/api/mirrors/:id',
    summary: 'one mirror with the result of each ref',
    params: idParams,
    answer: targetSchema,
    run: async ({ params: { id } }) => {
      const parts = await facts.parts()
      const found = parts.targets.find(({ target }) => target.name === id)
      if (found === undefined) throw unknownTarget()
      return detailOf(parts, found, service.parts.time.wallMs())
    },
  })
}

function addHistory(app: FastifyInstance, { service }: ReadModules): void {
  addQuery(app, {
    url: '/api/mirrors/:id/history',
    summary: 'tries of one mirror, newest first',
    params: idParams,
    query: historyQuery,
    answer: historySchema,
    run: ({ params: { id }, query: { limit, before } }) => {
      const { targets, store } = service.parts
      if (!targets.some(({ target }) => target.name === id)) throw unknownTarget()
      return { attempts: store.attempts.history(id, limit, before) }
    },
  })
}

function addJob(app: FastifyInstance, { jobs }: ReadModules): void {
  addQuery(app, {
    url: '/api/mirrors/jobs/:jobId',
    summary: 'what became of something that was asked for, also after a reload',
    params: jobParams,
    answer: jobSchema,
    run: ({ params: { jobId } }) => {
      const job = jobs.view(jobId)
      if (job) return job
      throw new HttpError(404, 'NOT_FOUND', 'there is no such job', { remedy: 'older jobs are in the history' })
    },
  })
}

function addEvents(app: FastifyInstance, { streams }: ReadModules): void {
  addStream(app, {
    url: '/api/mirrors/events',
    summary: 'events job, layer, role and alert; ids, and with Last-Event-ID only what was missed',
    isFull: () => streams.isFull,
    open: ({ headers }) => {
      const lastId = lastIdOf(headers['last-event-id'])
      return (response) => streams.add(response, lastId)
    },
  })
}

function lastIdOf(header: string | string[] | undefined): number | undefined {
  if (header === undefined || header === '') return undefined
  if (typeof header === 'string' && /^\d{1,15}$/.test(header)) return Number(header)
  throw invalid('Last-Event-ID', 'it is no id of an event')
}
