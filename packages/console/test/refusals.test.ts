import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ErrorView } from '../src/api/views.js'
import { BODY_MAX_BYTES } from '../src/constants.js'
import { addMutation } from '../src/http/mutation.js'
import { type Answer, ask, served, started, tempFolder } from './support/console.js'
import { line } from './support/records.js'

const TOKEN = 'a-token-of-more-than-24-characters'
const PATH = '/api/switch'
const JSON_TYPE = { 'content-type': 'application/json' }
const GOOD = { ...JSON_TYPE, authorization: `Bearer ${TOKEN}` }
const COMMAND = { reason: 'a drill' }

/** What a mutation has changed in this test: nothing, unless it ran. */
let changes: unknown[] = []
beforeEach(() => {
  changes = []
})

/** A console with one command beside its own routes, mounted as every command is. */
async function withCommand(token: string | undefined = TOKEN) {
  const schema = z.strictObject({ reason: z.string().min(1).max(200) })
  const run = async (body: unknown) => ({ changed: changes.push(body) })
  return await started({
    ...(token !== undefined && { token }),
    mirrors: async (app) => addMutation(app, token, { url: PATH, summary: 'switches', schema, run }),
  })
}

function send(url: string, headers: Record<string, string>, body: string, method = 'POST'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sized = { ...headers, 'content-length': Buffer.byteLength(body) }
    const outgoing = request(url + PATH, { method, headers: sized, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      response.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function errorOf({ text }: Answer): ErrorView['error'] {
  return (JSON.parse(text) as ErrorView).error
}

async function refusal(headers: Record<string, string>, body: unknown = COMMAND, method = 'POST') {
  const { url } = await withCommand()
  const answer = await send(url, headers, typeof body === 'string' ? body : JSON.stringify(body), method)
  const { code, message, remedy, field } = errorOf(answer)
  expect([message, remedy].every((words) => words.length > 0)).toBe(true)
  expect(changes).toEqual([])
  return [answer.status, code, ...(field === undefined ? [] : [field])]
}

describe('what changes something', () => {
  it('does it with the token, from the own page or from none', async () => {
    const { url } = await withCommand()
    const origin = { origin: url, 'sec-fetch-site': 'same-origin' }
    for (const headers of [GOOD, { ...GOOD, ...origin }]) {
      expect((await send(url, headers, JSON.stringify(COMMAND))).status).toBe(200)
    }
    expect(changes).toEqual([COMMAND, COMMAND])
  })

  it.each([
    ['another site', { origin: 'http://evil.example' }],
    ['another port of this host', { origin: 'http://127.0.0.1:1' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['a file', { origin: 'file://' }],
    ['another site, by the browser', { 'sec-fetch-site': 'cross-site' }],
    ['a sister site, by the browser', { 'sec-fetch-site': 'same-site' }],
    ['a link', { 'sec-fetch-site': 'none' }],
  ])('refuses %s', async (_, headers) => {
    expect(await refusal({ ...GOOD, ...headers })).toEqual([403, 'ORIGIN'])
  })

  it.each([
    ['none', undefined],
    ['an empty one', 'Bearer '],
    ['another', `Bearer ${TOKEN}x`],
    ['its beginning', `Bearer ${TOKEN.slice(0, -1)}`],
    ['another scheme', `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}`],
    ['two', `Bearer ${TOKEN} ${TOKEN}`],
    ['an endless one', `Bearer ${TOKEN.repeat(20)}`],
  ])('refuses a token that is %s', async (_, authorization) => {
    expect(await refusal({ ...JSON_TYPE, ...(authorization !== undefined && { authorization }) })).toEqual([
      401,
      'TOKEN',
    ])
  })

  it('refuses even the right form where no token was set', async () => {
    const { url } = await started({
      mirrors: async (app) =>
        addMutation(app, undefined, {
          ...{ url: PATH, summary: 'switches', schema: z.strictObject({}) },
          run: async () => changes.push(1),
        }),
    })
    const answer = await send(url, GOOD, '{}')
    expect([answer.status, errorOf(answer).code, changes]).toEqual([403, 'READ_ONLY', []])
  })

  it.each([
    ['a field that is not known', { ...COMMAND, force: true }, [422, 'FIELD_INVALID', 'force']],
    ['a prototype as a field', '{"reason":"x","__proto__":{"a":1}}', [400, 'USAGE']],
    ['a missing field', {}, [422, 'FIELD_INVALID', 'reason']],
    ['a field of another type', { reason: 1 }, [422, 'FIELD_INVALID', 'reason']],
    ['a list', [], [422, 'FIELD_INVALID', 'body']],
    ['nothing', 'null', [422, 'FIELD_INVALID', 'body']],
    ['no JSON', '{"reason":', [400, 'USAGE']],
    ['an empty body', '', [400, 'USAGE']],
    ['too much', { reason: 'x'.repeat(BODY_MAX_BYTES) }, [413, 'USAGE']],
  ])('refuses %s', async (_, body, expected) => {
    expect(await refusal(GOOD, body)).toEqual(expected)
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'refuses a body of type %s, which a form of another site could send',
    async (type) => {
      expect(await refusal({ authorization: `Bearer ${TOKEN}`, 'content-type': type })).toEqual([415, 'MEDIA_TYPE'])
    },
  )

  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    expect(await refusal(GOOD, COMMAND, method)).toEqual([405, 'METHOD'])
  })
})

describe('what reads', () => {
  const ROUTES = [
    ...['/api/mesh', '/api/features', '/api/soak', '/api/events', '/api/openapi.json', '/api/docs', '/healthz'],
    ...['/api/failover', '/api/nodes/moscow/status'],
  ]

  it.each(ROUTES)('%s refuses a field that is not known', async (path) => {
    const { url } = await started({ soakPath: join(tempFolder(), 'soak.jsonl') })
    const answer = await ask(`${url}${path}?evil=1`)
    expect([answer.status, errorOf(answer).code, errorOf(answer).field]).toEqual([422, 'FIELD_INVALID', 'evil'])
  })

  it.each([
    '/../../../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/..%2f..%2f..%2fetc%2fpasswd',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/..%5c..%5cetc%5cpasswd',
    '/assets//etc/passwd',
    '/.env',
    '/report/..%2f..%2fetc%2fpasswd',
    '/index.html%00.js',
  ])('gives nothing from outside: %s', async (path) => {
    const { url } = await started({ soakPath: join(tempFolder(), 'soak.jsonl') })
    const { port } = new URL(url)
    // Whatever would tidy up the path before it is sent must not.
    const answer = await new Promise<Answer>((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
    expect([400, 403, 404]).toContain(answer.status)
    expect(errorOf(answer).code).toMatch(/^(NOT_FOUND|USAGE)$/)
    expect(answer.text).not.toMatch(/root:|"name"/)
  })
})

it('tells no secret: neither token nor path nor address, in whatever it answers', async () => {
  const folder = tempFolder()
  const soakPath = join(folder, 'soak.jsonl')
  writeFileSync(soakPath, line({ seq: 0 }))
  const { source } = await served('moscow')
  const gone = { label: 'gone', statusUrl: 'http://127.0.0.1:9' }
  const { url } = await started({ nodes: [source, gone], soakPath, token: TOKEN })
  const paths = ['/', '/healthz', '/api/mesh', '/api/features', '/api/soak', '/api/openapi.json', '/nothing', '/%zz']
  const answers = await Promise.all([
    ...paths.map((path) => ask(url + path)),
    ask(`${url}/api/soak?limit=${TOKEN}`),
    ask(`${url}/api/mesh?x=${TOKEN}`, { authorization: `Bearer ${TOKEN}` }),
    ask(`${url}/api/mesh?${TOKEN}=1`),
    ask(`${url}/api/nothing/${TOKEN}`),
    ask(`${url}/api/nodes/${TOKEN}/status`),
    ask(`${url}/api/mesh/x`, { host: `${TOKEN}.example` }),
    ask(`${url}/api/mesh`, { 'sec-fetch-site': 'cross-site', authorization: `Bearer ${TOKEN}` }),
    ask(`${url}/api/mesh`, { authorization: `Bearer ${TOKEN}` }, 'POST'),
  ])
  const port = new URL(source.statusUrl).port
  for (const { text, headers } of answers) {
    const whole = text + JSON.stringify(headers)
    for (const secret of [TOKEN, folder, '127.0.0.1', `:${port}`]) expect(whole).not.toContain(secret)
  }
})

describe('a page that asks whether its token is right', () => {
  it('is told so for the right one only, as with everything that changes something', async () => {
    const { url } = await started({ token: TOKEN })
    const asked = async (headers: Record<string, string>, body = '{}') => {
      const answer = await fetch(`${url}/api/unlock`, { method: 'POST', headers, body })
      return [answer.status, await answer.json()]
    }
    expect(await asked(GOOD)).toEqual([200, {}])
    expect(await asked({ ...GOOD, authorization: `Bearer ${TOKEN}x` })).toMatchObject([
      401,
      { error: { code: 'TOKEN' } },
    ])
    expect(await asked({ ...GOOD, origin: 'http://evil.example' })).toMatchObject([403, { error: { code: 'ORIGIN' } }])
    expect(await asked(GOOD, '{"keep":true}')).toMatchObject([422, { error: { code: 'FIELD_INVALID' } }])
  })
})
