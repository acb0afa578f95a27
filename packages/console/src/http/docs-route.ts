import { type ApiInfo, addQuery, NONE, parsed, type RouteList } from '@montana/http'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const INFO: ApiInfo = {
  title: 'Montana console',
  version: '1',
  description: 'Labels only, never an address. Times are UTC.',
  token: 'from the token file that the console named at its start',
}
const documentSchema = z.looseObject({ openapi: z.literal('3.1.0'), paths: z.record(z.string(), z.unknown()) })

/** The description of all routes, for programs and for people. */
export function addDocsRoutes(app: FastifyInstance, routes: RouteList): void {
  let document: Record<string, unknown> | undefined
  addQuery(app, {
    url: '/api/openapi.json',
    summary: 'this description, OpenAPI 3.1',
    answer: documentSchema,
    run: () => {
      document ??= routes.document(INFO)
      return document
    },
  })
  const config = { doc: { summary: 'this description, to read', media: 'text/html' } }
  app.get('/api/docs', { config }, async ({ query }, reply) => {
    parsed(NONE, query)
    return reply.sendFile('docs.html')
  })
}
