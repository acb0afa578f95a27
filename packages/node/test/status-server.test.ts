import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ReadError } from '../src/read/errors.js'
import { StatusServer } from '../src/status/server.js'

const INSTANCE = '0b9a9f1c-3f55-4c1e-8f53-6d7a0b6f4a20'
/** Of the questions that are never answered. */
const signals: AbortSignal[] = []

async function read(path: string, query: URLSearchParams, signal: AbortSignal): Promise<unknown> {
  if (path === 'busy') throw new ReadError(503, 'BUSY', 'too many', { remedy: 'ask again' })
  if (path === 'broken') throw new Error('secret of the inside')
  if (path !== 'hangs') return { path, query: query.toString() }
  signals.push(signal)
  return await new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(Object.assign(new Error('aborted'), { name: 'AbortError' })))
  })
}

const server = new StatusServer(
  { host: '127.0.0.1', port: 0 },
  {
    instance: INSTANCE,
    read,
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
      instance: INSTANCE,
      read,
      isAlive: () => true,
      readiness: () => 'synced' as const,
      status: () => ({}),
      metrics: async () => '',
      document: async () => undefined,
    }
    expect(() => new StatusServer(open, source)).toThrow('not loopback')
  })
})

describe('the read routes', () => {
  it('are below /api/, and name the process that answers', async () => {
    const answer = await fetch(new URL('/api/window/7?x=1', base))
    expect(await answer.json()).toEqual({ path: 'window/7', query: 'x=1' })
    expect(answer.headers.get('montana-instance')).toBe(INSTANCE)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })

  it.each([
    ['/api/busy', {}, 503, 'BUSY'],
    ['/api/broken', {}, 500, 'INTERNAL'],
    ['/api/status', { method: 'POST' }, 405, 'METHOD'],
    ['/api/status', { host: 'rebound.example' }, 403, 'HOST'],
    ['/api', {}, 404, 'NOT_FOUND'],
  ])('%s %o is refused with %i', async (path, init, status, code) => {
    const answer = await ask(path, init)
    expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([status, code])
    expect(answer.body).not.toContain('secret')
  })

  it('stop reading for who hangs up', async () => {
    const gone = new AbortController()
    const asked = fetch(new URL('/api/hangs', base), { signal: gone.signal }).catch(() => 'gone')
    await vi.waitFor(() => expect(signals).toHaveLength(1), 5_000)
    expect(signals[0]?.aborted).toBe(false)
    gone.abort()
    expect(await asked).toBe('gone')
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true), 5_000)
  })
})
