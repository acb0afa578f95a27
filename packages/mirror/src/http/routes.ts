import { checkOrigin, createHostGuard, createWriteGuard } from '@montana/http'
import type { FastifyPluginAsync } from 'fastify'
import { Answers } from './answers.js'
import { sendError } from './errors.js'
import { EventStreams } from './events.js'
import { Facts } from './facts.js'
import { HttpJobs } from './jobs.js'
import { addReadRoutes } from './read-routes.js'
import { addRecoveryRoutes } from './recovery-routes.js'
import { createScrub } from './scrub.js'
import type { MirrorRoutesOptions, MirrorService } from './service.js'
import { addWriteRoutes } from './write-routes.js'

/**
 * `/api/mirrors` of spec repository-mirror 13 as a plugin; its guards, errors and limits hold for its own routes only. The
 * service stays the caller's. Throws ConfigError for a token that is too short.
 */
export function createMirrorRoutes(service: MirrorService, options: MirrorRoutesOptions): FastifyPluginAsync {
  const { token, hosts = [], ...timing } = options
  const checkHost = createHostGuard(hosts)
  const guard = createWriteGuard(token)
  return async (app) => {
    const { store, time, log } = service.parts
    const scrub = createScrub(() => service.parts, token)
    const ending = new AbortController()
    const facts = new Facts(service, ending.signal)
    const jobs = new HttpJobs({ store, time })
    const streams = new EventStreams({ store, scrub, log, ...timing })
    app.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
      checkHost(request)
      checkOrigin(request)
    })
    app.addHook('preSerialization', async (_, __, payload) => scrub(payload))
    app.addHook('preClose', async () => streams.close())
    app.addHook('onClose', async () => {
      ending.abort()
      await jobs.ended()
    })
    app.setErrorHandler((error, _, reply) => sendError(error, reply, scrub))
    addReadRoutes(app, { service, facts, jobs, streams })
    const writing = { service, facts, jobs, answers: new Answers(store), guard, signal: ending.signal }
    addWriteRoutes(app, writing)
    addRecoveryRoutes(app, writing)
  }
}
