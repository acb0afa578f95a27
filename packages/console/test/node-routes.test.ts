import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { NodeServer } from '../../../soak/test/support/node-server.js'
import type { ErrorView } from '../src/api/views.js'
import { ask, started, tempFolder } from './support/console.js'

const STATUS = {
  ...{ network: 'montana-devnet', label: 'moscow', current_window: 2, last_cemented_window: 1, accounts: 3, nodes: 3 },
  ...{ proposal_hash: 'ab'.repeat(32), state_root: 'cd'.repeat(32), candidates: 0, proposals_archived: 1 },
  ...{ oldest_window: 1, supply_nj: '13000000000', synced: true, ts: '2026-05-21T12:00:00.000Z' },
}

interface Reply {
  readonly status?: number
  readonly body: unknown
  readonly headers?: Record<string, string>
}

/** A node whose read routes say what the test wants. */
async function answering(reply: (path: string) => Reply | undefined) {
  const server = await NodeServer.start((request, response) => {
    const answer = reply(request.url ?? '')
    // Undefined: it hangs.
    if (!answer) return
    const { status = 200, body, headers = {} } = answer
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  onTestFinished(() => server.stop())
  return { server, source: { label: 'moscow', statusUrl: server.url } }
}

const errorOf = (text: string) => (JSON.parse(text) as ErrorView).error

describe('/api/nodes/:label/', () => {
  it('asks the node that is named, and no other, and passes on what is known of its answer', async () => {
    const moscow = await answering(() => ({ body: { ...STATUS, secret: 'x', address: '/ip4/10.0.0.1' } }))
    const other = await answering(() => ({ body: STATUS }))
    const { url } = await started({ nodes: [moscow.source, { ...other.source, label: 'frankfurt' }] })
    const { status, text } = await ask(`${url}/api/nodes/moscow/status`)
    expect([status, JSON.parse(text)]).toEqual([200, STATUS])
    expect([moscow.server.requests, other.server.requests]).toEqual([['/api/status'], []])
  })

  it('passes limit and cursor on', async () => {
    const { server, source } = await answering(() => ({ body: { head: 1, proposals: [], next: 'dzox' } }))
    const { url } = await started({ nodes: [source] })
    const { text } = await ask(`${url}/api/nodes/moscow/proposals?limit=7&cursor=dzo5`)
    expect(JSON.parse(text)).toEqual({ head: 1, proposals: [], next: 'dzox' })
    expect(server.requests).toEqual(['/api/proposals?limit=7&cursor=dzo5'])
  })

  it.each([
    ['proposals?limit=0', 422, 'limit'],
    ['proposals?limit=201', 422, 'limit'],
    ['proposals?limit=1&limit=2', 422, 'limit'],
    ['proposals?cursor=%2e%2e', 422, 'cursor'],
    ['proposals?before=3', 422, 'before'],
    ['status?x=1', 422, 'x'],
    ['window/0x10', 422, 'id'],
    ['window/%2e%2e%2fmetrics', 422, 'id'],
    [`account/${'a'.repeat(63)}`, 422, 'id'],
    [`find/${'a'.repeat(64)}?limit=3`, 422, 'limit'],
  ])('refuses %s before any node is asked', async (path, status, field) => {
    const { server, source } = await answering(() => ({ body: STATUS }))
    const { url } = await started({ nodes: [source] })
    const answer = await ask(`${url}/api/nodes/moscow/${path}`)
    expect([answer.status, errorOf(answer.text).code, errorOf(answer.text).field]).toEqual([
      status,
      'FIELD_INVALID',
      field,
    ])
    expect(server.requests).toEqual([])
  })

  it('has no other node and no other route', async () => {
    const { source } = await answering(() => ({ body: STATUS }))
    const { url } = await started({ nodes: [source] })
    const mars = await ask(`${url}/api/nodes/mars/status`)
    expect([mars.status, errorOf(mars.text)]).toMatchObject([404, { code: 'NOT_FOUND', remedy: 'use moscow' }])
    for (const path of ['/api/nodes', '/api/nodes/moscow', '/api/nodes/moscow/metrics', '/api/nodes/moscow/window'])
      expect((await ask(url + path)).status, path).toBe(404)
    expect((await ask(`${url}/api/nodes/moscow/status`, {}, 'POST')).status).toBe(405)
  })

  it('says what the node says where it refuses', async () => {
    const error = { code: 'NOT_FOUND', message: 'window 9 is not cemented here', remedy: 'the head is window 1' }
    const { source } = await answering(() => ({ status: 404, body: { error } }))
    const { url } = await started({ nodes: [source] })
    const { status, text } = await ask(`${url}/api/nodes/moscow/window/9`)
    expect([status, errorOf(text)]).toEqual([404, error])
  })

  it.each<[string, Reply, number, string]>([
    ['something else', { body: { ...STATUS, nodes: -1 } }, 502, 'NODE_ANSWER'],
    ['no JSON', { body: '<html>' }, 502, 'NODE_ANSWER'],
    ['an error without words', { status: 500, body: {} }, 502, 'NODE_ANSWER'],
    ['too much', { body: { x: 'y'.repeat(2 ** 20) } }, 502, 'NODE_UNREACHABLE'],
  ])('takes nothing over from a node that answers %s', async (_, reply, status, code) => {
    const { source } = await answering(() => reply)
    const { url } = await started({ nodes: [source] })
    const answer = await ask(`${url}/api/nodes/moscow/status`)
    expect([answer.status, errorOf(answer.text).code]).toEqual([status, code])
    expect(answer.text).not.toMatch(/127\.0\.0\.1|http:/)
  })

  it('tells why a node does not answer', async () => {
    const dataDir = tempFolder()
    const { server, source } = await answering(() => ({ body: STATUS, headers: { 'montana-instance': 'a' } }))
    const nodes = [{ label: 'gone', dataDir }, { label: 'closed', statusUrl: 'http://127.0.0.1:9' }, source]
    const { url } = await started({ nodes })
    const reason = async (label: string) => errorOf((await ask(`${url}/api/nodes/${label}/status`)).text)
    expect(await reason('gone')).toMatchObject({
      code: 'NODE_UNREACHABLE',
      message: expect.stringMatching(/NOT_RUNNING/),
    })
    expect((await reason('closed')).message).toMatch(/ECONNREFUSED/)
    const run = (instance: string) => JSON.stringify({ statusUrl: server.url, instance })
    writeFileSync(join(dataDir, 'run.json'), run('b'))
    expect((await reason('gone')).message).toMatch(/OTHER_INSTANCE/)
    writeFileSync(join(dataDir, 'run.json'), run('a'))
    expect((await ask(`${url}/api/nodes/gone/status`)).status).toBe(200)
  })

  it('asks the others while one node keeps everybody waiting', async () => {
    const hanging = await answering(() => undefined)
    const quick = await answering(() => ({ body: {} }))
    const sources = [hanging.source, { ...quick.source, label: 'quick' }]
    const { url, stop } = await started({ nodes: sources })
    const waiting = Array.from({ length: 16 }, () => ask(`${url}/api/nodes/moscow/status`))
    const ends = Promise.allSettled(waiting)
    expect(await Promise.race([ends.then(() => undefined), untilBusy(url)])).toEqual([503, 'BUSY'])
    expect((await ask(`${url}/api/nodes/quick/status`)).status).toBe(502)
    expect((await ask(`${url}/api/nodes/nobody/status`)).status).toBe(404)
    await stop()
    await ends
  })

  it('waits for a few answers at once, and ends with the console', async () => {
    const { source } = await answering(() => undefined)
    const console = await started({ nodes: [source] })
    const waiting = Array.from({ length: 16 }, () => ask(`${console.url}/api/nodes/moscow/status`))
    const ends = Promise.allSettled(waiting)
    const more = await Promise.race([ends.then(() => undefined), untilBusy(console.url)])
    expect(more).toEqual([503, 'BUSY'])
    await console.stop()
    await ends
  })
})

/** The first refusal, once the others have come in; those that are asked for it meanwhile may hang too. */
async function untilBusy(url: string): Promise<[number, string]> {
  for (;;) {
    const hangs = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 500))
    const asked = ask(`${url}/api/nodes/moscow/status`).catch(() => undefined)
    const answer = await Promise.race([asked, hangs])
    if (answer) return [answer.status, errorOf(answer.text).code]
  }
}
