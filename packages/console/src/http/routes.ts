import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FeaturesView, MeshView } from '../api/views.js'
import { SOAK_POINTS_DEFAULT, SOAK_POINTS_MAX } from '../constants.js'
import { ApiError } from '../errors.js'
import type { EventHub } from '../events/hub.js'
import type { SoakFolder } from '../soak/soak-view.js'

export interface RouteModules {
  readonly features: FeaturesView
  mesh(): Promise<MeshView>
  readonly soak: SoakFolder | undefined
  readonly events: EventHub
}

/** The data routes; the page itself is static. */
export function addRoutes(app: FastifyInstance, { features, mesh, soak, events }: RouteModules): void {
  app.get('/healthz', async (_, reply) => reply.type('text/plain').send('ok\n'))
  app.get('/api/features', async () => features)
  app.get('/api/mesh', async () => await mesh())
  app.get('/api/soak', async (request) => {
    const limit = limitOf(request)
    if (soak) return await soak.view(limit)
    throw new ApiError(404, 'NOT_FOUND', 'no soak file is configured', { remedy: 'start the console with --data-dir' })
  })
  app.get('/api/events', { exposeHeadRoute: false }, (_, reply) => openStream(reply, events))
}

function limitOf(request: FastifyRequest): number {
  const { limit = String(SOAK_POINTS_DEFAULT) } = request.query as { limit?: unknown }
  const value = typeof limit === 'string' && /^\d{1,6}$/.test(limit) ? Number(limit) : 0
  if (value >= 1 && value <= SOAK_POINTS_MAX) return value
  throw new ApiError(400, 'USAGE', 'limit is not a number of records', {
    field: 'limit',
    remedy: `use ?limit=N with N from 1 to ${SOAK_POINTS_MAX}`,
  })
}

/** From here on the stream is the hub's. Throws {@link ApiError} where there is no place. */
function openStream(reply: FastifyReply, events: EventHub): void {
  if (events.isFull) {
    reply.header('retry-after', '10')
    throw new ApiError(503, 'BUSY', 'too many pages are open', { remedy: 'close one and load this one again' })
  }
  reply.hijack()
  const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream' }
  reply.raw.writeHead(200, headers as Record<string, string>)
  events.add(reply.raw)
}
