import type { FastifyInstance } from 'fastify'
import type { RouteList } from './openapi.js'

/** The description of all routes, for programs and for people. */
export function addDocsRoutes(app: FastifyInstance, routes: RouteList): void {
  let document: Record<string, unknown> | undefined
  app.get('/api/openapi.json', { config: { doc: { summary: 'this description, OpenAPI 3.1' } } }, async () => {
    document ??= routes.document()
    return document
  })
  app.get('/api/docs', { config: { doc: { summary: 'this description, to read' } } }, async (_, reply) =>
    reply.sendFile('docs.html'),
  )
}
