import { fastify } from 'fastify'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { addMutation } from '../src/mutation.js'
import { RouteList } from '../src/openapi.js'
import { addQuery } from '../src/query.js'
import { addStream } from '../src/stream.js'
import { createWriteGuard } from '../src/write-guard.js'

const INFO = { title: 'Things', version: '1', description: 'Of this test.', token: 'from its file' }
const params = z.strictObject({ id: z.string().describe('of a thing') })

it('lists each route below /api/ with what it takes and gives', () => {
  const app = fastify()
  const list = new RouteList(app)
  const query = z.strictObject({ limit: z.string().optional() })
  addQuery(app, {
    url: '/api/things/:id',
    summary: 'a thing',
    params,
    query,
    answer: z.strictObject({ a: z.int() }),
    run: () => ({}),
  })
  addMutation(
    app,
    { guard: createWriteGuard(undefined), bodyMaxBytes: 10 },
    {
      ...{ url: '/api/things/:id/move', summary: 'moves it', params, schema: z.strictObject({ to: z.string() }) },
      ...{ accepted: z.strictObject({ jobId: z.string() }), run: () => ({}) },
    },
  )
  addStream(app, { url: '/api/events', summary: 'events', isFull: () => false, open: () => () => {} })
  app.get('/page', () => '')
  app.get('/api/silent', () => '')
  const { info, paths, components } = list.document(INFO) as Record<string, Record<string, unknown>>
  expect(info).toEqual({ title: 'Things', version: '1', description: 'Of this test.' })
  expect(components).toMatchObject({ securitySchemes: { token: { scheme: 'bearer', description: 'from its file' } } })
  const { '/api/things/{id}': thing, '/api/things/{id}/move': move, ...rest } = paths ?? {}
  expect(Object.keys(rest).sort()).toEqual(['/api/events', '/api/silent'])
  expect(thing).toMatchObject({
    get: {
      summary: 'a thing',
      parameters: [
        { name: 'id', in: 'path', required: true, description: 'of a thing', schema: { type: 'string' } },
        { name: 'limit', in: 'query', required: false, schema: { type: 'string' } },
      ],
      responses: { 200: { content: { 'application/json': { schema: { properties: { a: { type: 'integer' } } } } } } },
    },
  })
  // The methods that it refuses are none that it has, and it answers 202 only.
  expect(Object.keys(move as object)).toEqual(['post'])
  expect(move).toMatchObject({
    post: {
      security: [{ token: [] }],
      requestBody: { required: true, content: { 'application/json': { schema: { required: ['to'] } } } },
      responses: { 202: { content: { 'application/json': { schema: { required: ['jobId'] } } } }, '4XX': {} },
    },
  })
  expect(Object.keys((move as { post: { responses: object } }).post.responses)).toEqual(['202', '4XX', '5XX'])
  expect(rest['/api/events']).toMatchObject({
    get: {
      parameters: [{ name: 'Last-Event-ID', in: 'header', required: false }],
      responses: { 200: { content: { 'text/event-stream': {} } } },
    },
  })
  expect(rest['/api/silent']).toMatchObject({ get: { summary: '' } })
})
