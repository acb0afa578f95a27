import fastifyStatic from '@fastify/static'
import { RouteList } from '@montana/http'
import type { NodeSource } from '@montana/soak/formats'
import { type FastifyInstance, type FastifyPluginAsync, fastify } from 'fastify'
import { HEADER_MAX_BYTES, KEEP_ALIVE_MS, REQUEST_TIMEOUT_MS } from '../constants.js'
import { addNodeRoutes } from '../explorer/node/mount.js'
import { addFailoverRoutes, type FailoverRoutes } from '../failover/routes.js'
import { guardConnections } from './connections.js'
import { addDocsRoutes } from './docs-route.js'
import { refuseRaw, sendError, sendNotFound } from './errors.js'
import { createGuard, setSecurityHeaders } from './guard.js'
import { addReportRoute } from './report-route.js'
import { addRoutes, type RouteModules } from './routes.js'
import { addUnlockRoute } from './unlock-route.js'

export interface AppInit extends RouteModules {
  /** Name that a request may use besides those of loopback. */
  readonly host: string
  readonly pageDir: string
  readonly mirrors: FastifyPluginAsync | undefined
  /** Nodes whose read routes are passed on, until the signal. */
  readonly nodes: readonly NodeSource[]
  readonly signal: AbortSignal
  readonly failover: FailoverRoutes | undefined
  /** Of everything that changes something. */
  readonly token: string | undefined
}

/** Names that the build makes from content never change their meaning. */
const HASHED = /[/\\]assets[/\\]/

/** All routes with their limits; not listening yet. */
export async function createApp(init: AppInit): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    http: {
      ...{ maxHeaderSize: HEADER_MAX_BYTES, headersTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: 1_000 },
      // The guard refuses what names no host, in our form.
      requireHostHeader: false,
    },
    clientErrorHandler: refuseRaw,
    frameworkErrors: (error, _, reply) => {
      setSecurityHeaders(reply)
      sendError(error, reply)
    },
  })
  guardConnections(app.server)
  const guard = createGuard(init.host)
  app.addHook('onRequest', async (request, reply) => {
    setSecurityHeaders(reply)
    guard(request, reply)
  })
  app.setErrorHandler((error, _, reply) => sendError(error, reply))
  app.setNotFoundHandler(sendNotFound)
  const routes = new RouteList(app)
  addRoutes(app, init)
  addUnlockRoute(app, init.token)
  addNodeRoutes(app, init.nodes, init.signal)
  addFailoverRoutes(app, init.token, init.failover)
  addDocsRoutes(app, routes)
  if (init.soak) addReportRoute(app, init.soak.reportFolder)
  if (init.mirrors) await app.register(init.mirrors)
  await app.register(fastifyStatic, {
    root: init.pageDir,
    wildcard: false,
    cacheControl: false,
    setHeaders: (response, path) => {
      if (HASHED.test(path)) response.header('cache-control', 'public, max-age=31536000, immutable')
    },
  })
  return app
}
