import { addQuery, addStream, NONE, parsed } from '@montana/http'
import type { FastifyInstance } from 'fastify'
import { featuresSchema } from '../api/schema/features.js'
import { meshSchema } from '../api/schema/mesh.js'
import { soakQuerySchema, soakSchema } from '../api/schema/soak.js'
import type { FeaturesView, MeshView } from '../api/views.js'
import { ApiError } from '../errors.js'
import type { EventHub } from '../events/hub.js'
import type { SoakFolder } from '../soak/soak-view.js'

export interface RouteModules {
  readonly features: FeaturesView
  mesh(): Promise<MeshView>
  readonly soak: SoakFolder | undefined
  readonly events: EventHub
}

const STREAM = 'events mesh and soak; ids, and with Last-Event-ID only what was missed'

/** The data routes; the page itself is static. */
export function addRoutes(app: FastifyInstance, { features, mesh, soak, events }: RouteModules): void {
  app.get('/healthz', async ({ query }, reply) => {
    parsed(NONE, query)
    return reply.type('text/plain').send('ok\n')
  })
  const parts = { url: '/api/features', summary: 'the parts of this console, and how to have the rest' }
  addQuery(app, { ...parts, answer: featuresSchema, run: () => features })
  addQuery(app, { url: '/api/mesh', summary: 'all nodes just now', answer: meshSchema, run: mesh })
  addQuery(app, {
    ...{ url: '/api/soak', summary: 'the records of the soak file, and its latest report' },
    ...{ query: soakQuerySchema, answer: soakSchema },
    run: async ({ query: { limit } }) => {
      if (soak) return await soak.view(limit)
      const remedy = 'start the console with --data-dir'
      throw new ApiError(404, 'NOT_FOUND', 'no soak file is configured', { remedy })
    },
  })
  addStream(app, {
    ...{ url: '/api/events', summary: STREAM, isFull: () => events.isFull },
    open: ({ headers }) => {
      const lastId = [headers['last-event-id']].flat()[0]
      return (response) => events.add(response, lastId)
    },
  })
}
