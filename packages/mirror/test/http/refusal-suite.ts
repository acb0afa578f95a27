import type { OutgoingHttpHeaders } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { validBodies, WRONG } from './bodies.js'
import { hostOf, ownHeaders, type Sent, send } from './send.js'
import { HttpWorld, type Mount, TOKEN } from './world.js'

/** What no mutation takes, asked of the routes below this server. */
export function refusals(mount?: Mount): void {
  let world: HttpWorld
  let before: unknown
  let bodies: Awaited<ReturnType<typeof validBodies>>

  beforeAll(async () => {
    world = await HttpWorld.open({}, {}, mount)
    await world.sync()
    bodies = await validBodies(world)
  }, 120_000)
  afterAll(() => world?.close())
  beforeEach(async () => {
    before = await world.everything()
  })
  afterEach(async () => {
    expect(await world.everything()).toEqual(before)
  })

  const mutations = () => world.registered.filter(({ method }) => method === 'POST').map(({ url }) => url)
  const pathOf = (url: string) => url.replace(':id', 'backup')

  /** Each mutation that the server has, asked with one thing wrong. */
  async function refusedBy(
    change: (url: string) => { headers?: OutgoingHttpHeaders; body?: unknown; method?: string; query?: string },
    expected: { readonly status: number; readonly code: string },
  ): Promise<void> {
    for (const url of mutations()) {
      const { headers = {}, body = bodies[url], method = 'POST', query = '' } = change(url)
      const merged = Object.entries({ ...ownHeaders(world), ...headers }).filter(([, value]) => value !== undefined)
      const sent = await send(world, `${pathOf(url)}${query}`, { method, headers: Object.fromEntries(merged), body })
      expectRefused(sent, expected, url)
    }
  }

  function expectRefused(sent: Sent, { status, code }: { status: number; code: string }, url: string): void {
    expect({ url, status: sent.status, json: sent.json }).toMatchObject({
      url,
      status,
      json: { error: { code, message: expect.any(String), remedy: expect.any(String) } },
    })
    expect(sent.headers['access-control-allow-origin'], url).toBeUndefined()
  }

  describe('the list of what is tested here', () => {
    it('is that of the registered routes: one that is new and has no body here fails', () => {
      expect([...mutations()].sort()).toEqual(Object.keys(bodies).sort())
      expect([...mutations()].sort()).toEqual(Object.keys(WRONG).sort())
    })

    it('would be refused for nothing else: the dry run of a role change is taken', async () => {
      const sent = await send(world, '/api/mirrors/backup/promote', {
        method: 'POST',
        headers: ownHeaders(world),
        body: { ...bodies['/api/mirrors/:id/promote'] },
      })
      expect(sent.status).toBe(202)
      before = await world.everything()
    })
  })

  describe('scenario 15: foreign origin, no token, GET, unknown mode or field', () => {
    it.each<[string, (host: string) => OutgoingHttpHeaders]>([
      ['another site', () => ({ origin: 'https://attacker.example' })],
      ['another port of this host', () => ({ origin: 'http://127.0.0.1:1' })],
      ['another name of this host', (host) => ({ origin: `http://${host.replace('127.0.0.1', 'localhost')}` })],
      ['a name that begins like ours', (host) => ({ origin: `http://${host}.attacker.example` })],
      ['a sandboxed frame', () => ({ origin: 'null' })],
      ['a file', () => ({ origin: 'file://' })],
      ['nonsense', () => ({ origin: '::' })],
      ['another site, by Sec-Fetch-Site', () => ({ 'sec-fetch-site': 'cross-site' })],
      ['a sister site, by Sec-Fetch-Site', () => ({ origin: undefined, 'sec-fetch-site': 'same-site' })],
      ['an address that was typed', () => ({ 'sec-fetch-site': 'none' })],
    ])('refuses every mutation from %s', async (_, headers) => {
      await refusedBy(() => ({ headers: headers(hostOf(world)) }), { status: 403, code: 'ORIGIN' })
    })

    it.each<[string, OutgoingHttpHeaders]>([
      ['no token', { authorization: undefined }],
      ['an empty one', { authorization: 'Bearer ' }],
      ['another one', { authorization: 'Bearer not-the-token-of-this-console' }],
      ['the beginning of it', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
      ['more than it', { authorization: `Bearer ${TOKEN}x` }],
      ['another case of it', { authorization: `Bearer ${TOKEN.toUpperCase()}` }],
      ['it as Basic', { authorization: `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}` }],
      ['it in another header', { authorization: undefined, 'x-token': TOKEN, cookie: `token=${TOKEN}` }],
    ])('refuses every mutation with %s', async (_, headers) => {
      await refusedBy(() => ({ headers }), { status: 401, code: 'TOKEN' })
    })

    it('takes no token from the query', async () => {
      const query = `?token=${TOKEN}`
      await refusedBy(() => ({ query, headers: { authorization: undefined } }), { status: 401, code: 'TOKEN' })
      await refusedBy(() => ({ query }), { status: 422, code: 'FIELD_INVALID' })
    })

    it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('changes nothing by %s', async (method) => {
      await refusedBy(() => ({ method }), { status: 405, code: 'METHOD' })
      for (const url of mutations()) {
        const sent = await send(world, pathOf(url), { method, headers: ownHeaders(world) })
        expect([sent.status, sent.headers.allow], url).toEqual([405, 'POST'])
      }
    })

    it('has no way to change something but POST: every other route is a GET that is asked here', async () => {
      const posts = new Set(mutations())
      const others = world.registered.filter(({ url }) => !posts.has(url))
      expect([...new Set(others.map(({ method }) => method))].sort()).toEqual(['GET', 'HEAD'])
      for (const { url } of others.filter(({ method, url: one }) => method === 'GET' && !one.endsWith('/events'))) {
        const path = pathOf(url).replace(':jobId', 'none')
        expect((await send(world, path, { headers: { host: hostOf(world) } })).status).toBeLessThan(500)
      }
    })

    it('refuses an unknown field in every body', async () => {
      await refusedBy((url) => ({ body: { ...bodies[url], mode: 'leader' } }), { status: 422, code: 'FIELD_INVALID' })
      await refusedBy((url) => ({ body: { ...bodies[url], dry_run: true } }), { status: 422, code: 'FIELD_INVALID' })
    })

    it('refuses an unknown layer, mode or value in every body, and names the field, never the value', async () => {
      for (const url of mutations()) {
        for (const wrong of WRONG[url] ?? []) {
          const body = { ...bodies[url], ...wrong }
          const sent = await send(world, pathOf(url), { method: 'POST', headers: ownHeaders(world), body })
          expectRefused(sent, { status: 422, code: 'FIELD_INVALID' }, `${url} ${JSON.stringify(wrong)}`)
          const { error } = sent.json as { error: { field: string } }
          expect(error.field.split('.')[0]).toBe(Object.keys(wrong)[0])
          expect(sent.text).not.toContain('issues')
        }
      }
    })

    it('refuses a body without one of its fields', async () => {
      for (const url of mutations()) {
        const optional = new Set(['force', 'confirm'])
        for (const field of Object.keys(bodies[url] ?? {}).filter(
          (name) => !optional.has(name) || !url.endsWith('mote'),
        )) {
          const body = Object.fromEntries(Object.entries(bodies[url] ?? {}).filter(([name]) => name !== field))
          const sent = await send(world, pathOf(url), { method: 'POST', headers: ownHeaders(world), body })
          expectRefused(sent, { status: 422, code: 'FIELD_INVALID' }, `${url} without ${field}`)
        }
      }
    })
  })

  describe('every mutation refuses', () => {
    it.each(['attacker.example', 'localhost.attacker.example', '127.0.0.1.attacker.example:80', '10.0.0.1'])(
      'the host %j',
      async (host) => {
        // With an origin that agrees with it: what a page sees whose name was bound to loopback anew.
        await refusedBy(() => ({ headers: { host, origin: `http://${host}` } }), { status: 403, code: 'HOST' })
      },
    )

    it('a body above 64 KiB, also when its length is not told', async () => {
      const body = JSON.stringify({ reason: 'x'.repeat(64 * 1024) })
      await refusedBy(() => ({ body }), { status: 413, code: 'BODY_TOO_LARGE' })
      const headers = { 'transfer-encoding': 'chunked' }
      await refusedBy(() => ({ body, headers }), { status: 413, code: 'BODY_TOO_LARGE' })
    })

    it.each([
      ['none', undefined],
      ['a form', 'application/x-www-form-urlencoded'],
      ['text, which needs no preflight', 'text/plain'],
      ['almost JSON', 'application/json-patch+json'],
      ['JSON in another character set', 'application/json; charset=utf-16'],
    ])('the content type %s', async (_, type) => {
      await refusedBy(() => ({ headers: { 'content-type': type } }), { status: 415, code: 'MEDIA_TYPE' })
    })

    it.each(['', '{', '{"layers":["code"],"__proto__":{"x":1}}'])('the body %j', async (body) => {
      await refusedBy(() => ({ body }), { status: 400, code: 'BODY_INVALID' })
    })

    it.each(['null', '[]', '"code"', '7'])('the body %s, which is no object', async (body) => {
      await refusedBy(() => ({ body }), { status: 422, code: 'FIELD_INVALID' })
    })

    it.each(['', ' ', 'a b', 'x'.repeat(129)])('the Idempotency-Key %j', async (key) => {
      const headers = { 'idempotency-key': key }
      await refusedBy(() => ({ headers }), { status: 422, code: 'FIELD_INVALID' })
    })

    it('a target that is not there', async () => {
      for (const url of mutations().filter((one) => one.includes(':id'))) {
        for (const id of ['nobody', '..%2f..%2fbackup', 'BACKUP', encodeURIComponent('backup\n')]) {
          const path = url.replace(':id', id)
          const sent = await send(world, path, { method: 'POST', headers: ownHeaders(world), body: bodies[url] })
          expectRefused(sent, { status: 404, code: 'NOT_FOUND' }, path)
        }
      }
    })

    it('an epoch that is over', async () => {
      for (const url of mutations().filter((one) => bodies[one]?.expectedEpoch !== undefined)) {
        const body = { ...bodies[url], expectedEpoch: 99 }
        const sent = await send(world, pathOf(url), { method: 'POST', headers: ownHeaders(world), body })
        expect(sent.status, url).toBe(409)
        if (!/demote|resume/.test(url)) expectRefused(sent, { status: 409, code: 'EPOCH_LOST' }, url)
      }
    })
  })
}
