import type { OutgoingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { adding } from '../../src/http/operations.js'
import { clockOf } from '../support/on-stand.js'
import { validBodies } from './bodies.js'
import { plantLeak } from './leak.js'
import { removeReport, roleReport } from './reports.js'
import { get, hostOf, ownHeaders, post, type Sent, send } from './send.js'
import { throughConsole } from './through-console.js'
import { HttpWorld, MAIL_TOKEN, TOKEN, WEBHOOK } from './world.js'

const content = z.record(z.string(), z.looseObject({ schema: z.looseObject({}) }))
const operation = z.looseObject({
  summary: z.string().min(1),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.enum(['path', 'query', 'header']) })),
  security: z.unknown().optional(),
  requestBody: z.looseObject({ content }).optional(),
  responses: z.record(z.string(), z.looseObject({ content: content.default({}) })),
})
type Operation = z.infer<typeof operation>
const documentSchema = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), operation)) })

const JSON_TYPE = 'application/json'
let world: HttpWorld
let operations: readonly (readonly [string, Operation])[]

/** With every route that there is; what changes roles or forgets a target is only noted. */
beforeAll(async () => {
  world = await HttpWorld.open(
    (own) => {
      const place = { envFile: own.envFile, environment: {}, dataFolder: join(own.root, 'data'), apiUrl: own.stand.url }
      const modules = { clock: clockOf(own.stand), pace: { retryUnitMs: 1, writeSpacingMs: 0 } }
      return {
        ...adding(own.mirror, { ...place, ...modules, reconfigure: async () => {} }),
        promote: async (name) => roleReport(name),
        demote: async (name) => roleReport(name),
        remove: async (name) => removeReport(name),
      }
    },
    {},
    throughConsole,
  )
  await world.sync()
  const { paths } = documentSchema.parse((await get(world, '/api/openapi.json')).json)
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => [`${method.toUpperCase()} ${path}`, one] as const),
  )
}, 120_000)
afterAll(() => world?.close())

const found = (name: string) => operations.find(([one]) => one === name)?.[1]
const pathOf = (url: string) => url.replace(':id', 'backup').replace(':jobId', 'none')
const mutations = () => [...new Set(world.registered.filter(({ method }) => method === 'POST').map(({ url }) => url))]

describe('what a console with mirrors and failover says of its routes', () => {
  it('is a summary of each, and its answer field by field, unless it is a stream or a file', () => {
    expect(operations.length).toBeGreaterThan(40)
    const silent = operations.filter(([, { responses }]) => {
      const answers = Object.entries(responses).filter(([status]) => status.startsWith('2'))
      return answers.length === 0 || !answers.every(([, answer]) => isDescribed(answer.content))
    })
    expect(silent.map(([name]) => name)).toEqual([])
    const files = operations.filter(
      ([, { responses }]) => responses['200']?.content[JSON_TYPE] === undefined && responses['202'] === undefined,
    )
    expect(files.map(([name]) => name).sort()).toEqual(['GET /api/docs', 'GET /api/events', 'GET /api/mirrors/events'])
  })

  it('is each of the mirror routes, with its path, and of what changes something its body and that it needs the token', () => {
    const registered = world.registered.filter(({ method, doc }) => doc !== undefined && method !== 'HEAD')
    expect(registered.length).toBeGreaterThan(15)
    const names = registered.map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`)
    expect(operations.map(([name]) => name)).toEqual(expect.arrayContaining(names))
    for (const [name, { parameters, requestBody, security }] of operations) {
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, one]) => one)
      expect(
        parameters.filter((one) => one.in === 'path').map((one) => one.name),
        name,
      ).toEqual(inPath)
      const isMutation = name.startsWith('POST')
      expect([requestBody !== undefined, security], name).toEqual([
        isMutation,
        isMutation ? [{ token: [] }] : undefined,
      ])
    }
    expect(found('GET /api/mirrors/{id}/history')?.parameters.map(({ name }) => name)).toEqual([
      'id',
      'before',
      'limit',
    ])
  })

  it.each([
    ['GET /api/mirrors', '/api/mirrors'],
    ['GET /api/mirrors/{id}', '/api/mirrors/backup'],
    ['GET /api/mirrors/{id}/history', '/api/mirrors/backup/history'],
    ['GET /api/failover', '/api/failover'],
  ])('is what is answered: %s', async (name, path) => {
    const schema = found(name)?.responses['200']?.content[JSON_TYPE]?.schema ?? {}
    const { status, json } = await get(world, path)
    const isValid = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)
    expect([status, isValid(json), isValid.errors]).toEqual([200, true, null])
    expect(isValid({ ...(json as object), more: 1 })).toBe(false)
  })

  it('is what each mutation answers, done or begun', async () => {
    const bodies: Record<string, unknown> = {
      ...(await validBodies(world)),
      '/api/mirrors/:id/remove': { withdraw: [], dryRun: true },
      '/api/mirrors/ssh/key': {},
    }
    const refused = ['/resume', '/demote', '/rescue/drop', '/approve', '/ssh/hosts']
    const taken = mutations().filter((url) => url !== '/api/mirrors' && !refused.some((end) => url.endsWith(end)))
    expect(taken.length).toBeGreaterThan(5)
    // Asked as every request of these tests is: an answer that is not as its route says rejects.
    for (const url of taken) expect([200, 202], url).toContain((await post(world, pathOf(url), bodies[url])).status)
  })
})

/** By a schema with something in it, or as a type that is none of ours. */
function isDescribed(one: z.infer<typeof content>): boolean {
  const [type, described] = Object.entries(one)[0] ?? []
  if (type !== JSON_TYPE) return type !== undefined
  return Object.keys(described?.schema ?? {}).some((key) => key !== 'description')
}

describe('through a console, nothing is changed', () => {
  const unchanged = async (ask: () => Promise<void>) => {
    const before = await world.everything()
    await ask()
    expect(await world.everything()).toEqual(before)
  }

  it.each([
    '/api/mirrors/../../../../etc/passwd',
    '/api/mirrors/%2e%2e/%2e%2e/etc/passwd',
    '/api/mirrors/..%2f..%2f..%2fetc%2fpasswd',
    '/api/mirrors/backup/..%2f..%2fhistory',
    '/api/mirrors/backup/history/more',
    '/api/mirrors/jobs/..%2f..%2fjobs',
    '/api/mirrors/%00',
    '/api/mirrors/%zz',
    '/api/mirrors//backup',
    '/API/mirrors',
    `/api/mirrors/${'x'.repeat(200)}`,
  ])('by a path outside: %s', async (path) => {
    await unchanged(async () => {
      for (const method of ['GET', 'POST']) {
        const sent = await send(world, path, {
          method,
          headers: ownHeaders(world),
          ...(method === 'POST' && { body: {} }),
        })
        expect([400, 404, 405, 414], `${method} ${sent.status}`).toContain(sent.status)
        expect(sent.text).not.toMatch(/root:|"name"/)
      }
    })
  })

  it('by a query that no route takes', async () => {
    const urls = world.registered
      .filter(({ method, doc }) => method === 'GET' && doc !== undefined)
      .map(({ url }) => url)
    expect(urls.length).toBeGreaterThan(4)
    await unchanged(async () => {
      for (const url of urls) {
        const sent = await get(world, `${pathOf(url)}?evil=1`)
        expect([sent.status, sent.json], url).toMatchObject([422, { error: { code: 'FIELD_INVALID', field: 'evil' } }])
      }
      for (const url of mutations()) expect((await post(world, `${pathOf(url)}?evil=1`, {})).status, url).toBe(422)
    })
  })

  it('by a method that a route does not have', async () => {
    const urls = [...new Set(world.registered.map(({ url }) => url))]
    await unchanged(async () => {
      for (const url of urls) {
        const methods = ['PUT', 'PATCH', 'DELETE', 'OPTIONS', ...(mutations().includes(url) ? [] : ['POST'])]
        for (const method of methods) {
          const { status, headers, json } = await send(world, pathOf(url), {
            method,
            headers: ownHeaders(world),
            body: {},
          })
          expect([status, json], `${method} ${url}`).toMatchObject([405, { error: { code: 'METHOD' } }])
          expect(headers.allow, `${method} ${url}`).toMatch(/GET|POST/)
        }
      }
    })
  })

  it('by a head that is too large', async () => {
    await unchanged(async () => {
      const headers = { ...ownHeaders(world), 'idempotency-key': 'x'.repeat(9_000) }
      const sent = await send(world, '/api/mirrors/sync', { method: 'POST', headers, body: { layers: ['code'] } })
      expect([sent.status, sent.json]).toMatchObject([431, { error: { code: 'USAGE' } }])
    })
  })

  it('by the pages of others, which may not even read', async () => {
    const host = hostOf(world)
    const foreign: OutgoingHttpHeaders[] = [
      { host: 'attacker.example' },
      { host, origin: 'https://attacker.example' },
      { host, 'sec-fetch-site': 'cross-site' },
    ]
    for (const path of ['/api/mirrors', '/api/mirrors/events', '/api/mirrors/backup', '/api/openapi.json', '/api/mesh'])
      for (const headers of foreign) expect((await send(world, path, { headers })).status, path).toBe(403)
  })
})

describe('no response of a console', () => {
  it('to any request below /api/mirrors holds a secret or a path of this host, whatever it is asked', async () => {
    plantLeak(world)
    const sent: Sent[] = []
    const ask = async (path: string, init: Parameters<typeof send>[2]) => sent.push(await send(world, path, init))
    const own = ownHeaders(world)
    const secrets = [TOKEN, MAIL_TOKEN, WEBHOOK, world.root, ...world.tokens]
    for (const secret of secrets) {
      const part = encodeURIComponent(secret)
      for (const path of [
        `?x=${part}`,
        `?${part}=1`,
        `/${part}`,
        `/${part}/history`,
        `/jobs/${part}`,
        `/a/b/c/${part}`,
      ])
        await ask(`/api/mirrors${path}`, { headers: own })
      for (const url of mutations()) {
        await ask(pathOf(url), { method: 'POST', headers: own, body: { [secret]: secret } })
        await ask(url.replace(':id', part), { method: 'POST', headers: own, body: { reason: secret } })
        await ask(pathOf(url), { method: 'POST', headers: { ...own, authorization: `Bearer ${secret}x` }, body: {} })
      }
      await ask('/api/mirrors', { headers: { ...own, host: `${part}.example` } })
      await ask('/api/mirrors/events', { headers: { ...own, 'last-event-id': secret } })
    }
    for (const path of ['', '/backup', '/archive', '/backup/history', '/archive/history'])
      await ask(`/api/mirrors${path}`, { headers: own })
    for (const path of ['/api/openapi.json', '/api/docs', '/api/features', '/api/mesh'])
      await ask(path, { headers: own })
    expect(sent.length).toBeGreaterThan(100)
    const all = sent.map(({ text, headers }) => `${text}${JSON.stringify(headers)}`).join('\n')
    expect(all).toContain('TARGET_AUTH')
    const hidden = [...secrets, ...secrets.map(encodeURIComponent), '/etc/montana']
    expect(hidden.filter((text) => all.includes(text))).toEqual([])
  })
})
