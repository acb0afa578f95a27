import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StatusServer } from '../src/status/server.js'

const server = new StatusServer(
  { host: '127.0.0.1', port: 0 },
  {
    isAlive: () => true,
    readiness: () => 'catching-up',
    status: (window) => ({ asked: window ?? null }),
    metrics: async () => 'metric 1\n',
    document: async (name) => (name === 'manifest' ? new TextEncoder().encode('{}\n') : undefined),
  },
)
let base: URL

beforeAll(async () => {
  base = new URL(await server.start())
})
afterAll(() => server.stop())

/** A raw request: fetch would repair the path and the Host header. */
function ask(path: string, init: { method?: string; host?: string } = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port, host } = base
    const headers = { host: init.host ?? host }
    const outgoing = request({ hostname, port, path, method: init.method ?? 'GET', headers }, (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

describe('the status port', () => {
  it('answers its routes', async () => {
    expect(await ask('/healthz')).toEqual({ status: 200, body: 'ok\n' })
    expect(await ask('/readyz')).toEqual({ status: 206, body: 'catching-up\n' })
    expect(await ask('/metrics')).toEqual({ status: 200, body: 'metric 1\n' })
    expect(await ask('/documents/manifest')).toEqual({ status: 200, body: '{}\n' })
    expect(JSON.parse((await ask('/status.json?window=7')).body)).toEqual({ asked: 7 })
  })

  it.each([
    ['/nowhere', {}, 404, 'NOT_FOUND'],
    ['/documents/roster', {}, 404, 'NOT_FOUND'],
    ['/documents/../manifest', {}, 404, 'NOT_FOUND'],
    ['/status.json', { method: 'POST' }, 405, 'METHOD'],
    ['/status.json?window=-1', {}, 400, 'USAGE'],
    ['//', {}, 400, 'USAGE'],
    ['//a:99999/', {}, 400, 'USAGE'],
    ['/status.json', { host: 'rebound.example' }, 403, 'HOST'],
  ])('%s %o is refused with %i', async (path, init, status, code) => {
    const answer = await ask(path, init)
    expect(answer.status).toBe(status)
    const { error } = JSON.parse(answer.body)
    expect(error.code).toBe(code)
    expect(error.remedy).toBeTruthy()
  })

  it('listens on loopback only', () => {
    const open = { host: '0.0.0.0', port: 0 }
    const source = {
      isAlive: () => true,
      readiness: () => 'synced' as const,
      status: () => ({}),
      metrics: async () => '',
      document: async () => undefined,
    }
    expect(() => new StatusServer(open, source)).toThrow('not loopback')
  })
})
