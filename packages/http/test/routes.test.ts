import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { errorSchema } from '../src/errors.js'
import { addMutation, type MutationRules } from '../src/mutation.js'
import { addQuery } from '../src/query.js'
import { addStream } from '../src/stream.js'
import { createWriteGuard } from '../src/write-guard.js'
import { type Answer, serving } from './support.js'

const TOKEN = 'a-token-of-the-console-that-is-long'
const rules: MutationRules = { guard: createWriteGuard(TOKEN), bodyMaxBytes: 1_024 }
const HEADERS = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
const params = z.strictObject({ id: z.string().regex(/^[a-z]+$/) })

const refusal = ({ status, text }: Answer) => {
  const { code, field } = errorSchema.parse(JSON.parse(text)).error
  return [status, code, ...(field === undefined ? [] : [field])]
}

describe('a route that reads', () => {
  const open = () =>
    serving((app) => {
      const query = z.strictObject({ limit: z.string().regex(/^\d$/).transform(Number).optional() })
      const answer = z.strictObject({ id: z.string(), limit: z.number().nullable() })
      const described = { url: '/api/things/:id', summary: 'a thing', params, query, answer }
      addQuery(app, { ...described, run: ({ params: { id }, query: { limit = null } }) => ({ id, limit }) })
      addQuery(app, { url: '/api/plain', summary: 'plain', answer, run: () => ({ id: 'x', limit: null }) })
    })

  it('gets what its schemas give', async () => {
    const { ask } = await open()
    expect(JSON.parse((await ask('/api/things/a?limit=7')).text)).toEqual({ id: 'a', limit: 7 })
  })

  it.each([
    ['/api/things/a?limit=x', 'limit'],
    ['/api/things/a?limit=1&limit=2', 'limit'],
    ['/api/things/a?evil=1', 'evil'],
    ['/api/things/7', 'id'],
    ['/api/plain?evil=1', 'evil'],
  ])('refuses %s', async (path, field) => {
    const { ask } = await open()
    expect(refusal(await ask(path))).toEqual([422, 'FIELD_INVALID', field])
  })
})

describe('a route that changes something', () => {
  let changes: unknown[] = []
  const open = (isAlsoRead = false) =>
    serving((app) => {
      changes = []
      const schema = z.strictObject({ to: z.string() })
      const described = { url: '/api/things/:id', summary: 'moves a thing', params, schema, isAlsoRead }
      if (isAlsoRead) addQuery(app, { ...described, answer: z.unknown(), run: () => 'read' })
      addMutation(app, rules, {
        ...described,
        run: (body, { params: { id }, reply }) => {
          reply.code(202)
          return { at: changes.push([id, body]) }
        },
      })
    })
  const body = '{"to":"there"}'

  it('does it with the token, with the status that it gives', async () => {
    const { ask } = await open()
    const { status, text } = await ask('/api/things/a', { method: 'POST', headers: HEADERS, body })
    expect([status, JSON.parse(text), changes]).toEqual([202, { at: 1 }, [['a', { to: 'there' }]]])
  })

  it.each<[string, object, unknown[]]>([
    ['a foreign page', { headers: { ...HEADERS, origin: 'https://attacker.example' } }, [403, 'ORIGIN']],
    ['an address that was typed', { headers: { ...HEADERS, 'sec-fetch-site': 'none' } }, [403, 'ORIGIN']],
    ['no token', { headers: { 'content-type': 'application/json' } }, [401, 'TOKEN']],
    ['a form', { headers: { ...HEADERS, 'content-type': 'text/plain' } }, [415, 'MEDIA_TYPE']],
    ['an unknown field', { body: '{"to":"x","force":true}' }, [422, 'FIELD_INVALID', 'force']],
    ['a query', { path: '/api/things/a?to=there' }, [422, 'FIELD_INVALID', 'to']],
    ['another path', { path: '/api/things/7' }, [422, 'FIELD_INVALID', 'id']],
  ])('refuses %s and changes nothing', async (_, change, expected) => {
    const { ask } = await open()
    const { path, ...init } = { path: '/api/things/a', method: 'POST', headers: HEADERS, body, ...change }
    expect([refusal(await ask(path, init)), changes]).toEqual([expected, []])
  })

  it('reads no body that is too long, and none of who may not', async () => {
    const { ask } = await open()
    const long = JSON.stringify({ to: 'x'.repeat(2_000) })
    expect((await ask('/api/things/a', { method: 'POST', headers: HEADERS, body: long })).status).toBe(413)
    const unknown = { 'content-type': 'application/json' }
    expect((await ask('/api/things/a', { method: 'POST', headers: unknown, body: long })).status).toBe(401)
    expect(changes).toEqual([])
  })

  it.each([
    ['GET', false, 'POST'],
    ['PUT', false, 'POST'],
    ['DELETE', true, 'GET, HEAD, POST'],
  ])('refuses %s', async (method, isAlsoRead, allow) => {
    const { ask } = await open(isAlsoRead)
    const answer = await ask('/api/things/a', { method, headers: HEADERS })
    expect([refusal(answer), answer.headers.allow]).toEqual([[405, 'METHOD'], allow])
  })

  it('leaves the reads under its path alone', async () => {
    const { ask } = await open(true)
    expect((await ask('/api/things/a')).text).toBe('read')
  })
})

describe('a stream', () => {
  const open = (isFull: boolean) =>
    serving((app) => {
      app.addHook('onRequest', async (_, reply) => {
        reply.header('x-content-type-options', 'nosniff')
      })
      addStream(app, {
        ...{ url: '/api/events', summary: 'events', isFull: () => isFull },
        open:
          ({ headers }) =>
          (response) =>
            response.end(`data: ${headers['last-event-id']}\n\n`),
      })
    })

  it('has the headers of every answer, and those of a stream', async () => {
    const { ask } = await open(false)
    const { status, headers, text } = await ask('/api/events', { headers: { 'last-event-id': '7' } })
    expect([status, text]).toEqual([200, 'data: 7\n\n'])
    expect(headers).toMatchObject({
      ...{ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
    })
  })

  it('refuses a query, and whoever finds no place', async () => {
    expect(refusal(await (await open(false)).ask('/api/events?since=1'))).toEqual([422, 'FIELD_INVALID', 'since'])
    const full = await (await open(true)).ask('/api/events')
    expect([refusal(full), full.headers['retry-after']]).toEqual([[503, 'BUSY'], '10'])
  })
})
