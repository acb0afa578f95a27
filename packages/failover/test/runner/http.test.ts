import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { HealthWatch } from '../../src/health/watch.js'
import type { PolicyServices } from '../../src/index.js'
import { httpForm } from '../../src/runner/http-service.js'
import { createService } from '../../src/runner/service.js'
import { AT_ONCE, code, serviceOf, tenure, unbounded } from './support.js'

interface Call {
  readonly path: string
  readonly epoch: string | undefined
  readonly body: unknown
}

type Answer = (path: string, response: ServerResponse) => void

const ok: Answer = (_, response) => void response.writeHead(204).end()

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString() || '{}')
}

/** Somebody else's service, with start, stop and prepare. */
async function remote(answer: Answer): Promise<{ services: PolicyServices; calls: Call[] }> {
  const calls: Call[] = []
  const server = createServer(async (request, response) => {
    const { url: path = '', headers } = request
    calls.push({ path, epoch: headers['montana-epoch'] as string | undefined, body: await bodyOf(request) })
    answer(path, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const urls = { start: `${base}/start`, stop: `${base}/stop`, prepare: `${base}/prepare` }
  const service = serviceOf({ run: { http: urls }, promoteTimeoutMs: 600 })
  const form = httpForm(service, urls, { group: 'montana-5', host: 'amsterdam', epochFile: '/nowhere' })
  const services = createService(service, form, new HealthWatch(service))
  onTestFinished(async () => {
    await services.close()
    server.closeAllConnections()
    server.close()
  })
  return { services, calls }
}

describe('a service that is started by calls', () => {
  it('hears the epoch in every call, and the tenure in the first', async () => {
    const { services, calls } = await remote(ok)
    await services.prepare(unbounded())
    await services.promote(tenure(8), unbounded())
    await services.demote(AT_ONCE)
    const epoch = String(tenure(8).epoch)
    expect(calls.map(({ path }) => path)).toEqual(['/prepare', '/start', '/stop'])
    expect(calls.slice(1).map((call) => call.epoch)).toEqual([epoch, epoch])
    expect(calls[1]?.body).toMatchObject({ MONTANA_EPOCH: epoch, MONTANA_POLICY: 'serve', MONTANA_MODE: 'CHAIN' })
  })

  it('is told to stop also when this agent never started it: an earlier life may have', async () => {
    const { services, calls } = await remote(ok)
    await services.demote(AT_ONCE)
    expect(calls).toMatchObject([{ path: '/stop', epoch: '0' }])
  })

  it('that refuses to start fails the promotion', async () => {
    const { services } = await remote((_, response) => void response.writeHead(503).end())
    await expect(services.promote(tenure(), unbounded())).rejects.toThrow(/HTTP 503/)
  })

  it('that hangs at the start fails the promotion in its time', async () => {
    const { services } = await remote((path, response) => path !== '/start' && ok(path, response))
    const startMs = performance.now()
    await expect(services.promote(tenure(), unbounded())).rejects.toEqual(code('HOOK_FAILED'))
    expect(performance.now() - startMs).toBeLessThan(1_200)
    await services.demote(AT_ONCE)
  })

  it('is asked again to stop while there is time', async () => {
    let refusals = 2
    const { services, calls } = await remote((path, response) => {
      if (path === '/stop' && refusals-- > 0) response.writeHead(500).end()
      else ok(path, response)
    })
    await services.promote(tenure(), unbounded())
    await services.demote(AT_ONCE)
    expect(calls.filter(({ path }) => path === '/stop')).toHaveLength(3)
  })

  it('that does not confirm is an alarm, within the budget', async () => {
    const { services } = await remote((path, response) => path !== '/stop' && ok(path, response))
    await services.promote(tenure(), unbounded())
    const startMs = performance.now()
    await expect(services.demote(AT_ONCE)).rejects.toEqual(code('HOOK_FAILED'))
    expect(performance.now() - startMs).toBeLessThan(900)
  })

  it('is told to stop by the fence, without waiting', async () => {
    const { services, calls } = await remote(ok)
    await services.promote(tenure(), unbounded())
    services.fence()
    await vi.waitFor(() => expect(calls.at(-1)?.path).toBe('/stop'), 10_000)
  })
})
