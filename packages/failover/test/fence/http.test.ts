import { createServer, IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { fastify } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type FencedRequest, fencedListener, fencedRoute, SqliteFence } from '../../src/index.js'

const sink = () => new SqliteFence(new DatabaseSync(':memory:'))
const options = { isKeyRequired: true }

function effectOf(fence: SqliteFence, { epoch, idempotencyKey }: FencedRequest) {
  return { isRepeated: fence.apply(epoch, { idempotencyKey, run: () => 1 }).isRepeated }
}

async function nodeHttp(): Promise<string> {
  const fence = sink()
  const listener = fencedListener((_, response, fenced) => {
    response.end(JSON.stringify(effectOf(fence, fenced)))
  }, options)
  const server = createServer(listener as RequestListener)
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function onFastify(): Promise<string> {
  const fence = sink()
  const app = fastify()
  onTestFinished(async () => await app.close())
  app.post(
    '/',
    fencedRoute(async (_, __, fenced) => effectOf(fence, fenced), options),
  )
  return await app.listen({ host: '127.0.0.1', port: 0 })
}

async function send(url: string, headers: Record<string, string>) {
  const response = await fetch(url, { method: 'POST', headers: { connection: 'close', ...headers }, body: 'x' })
  return { status: response.status, body: (await response.json()) as unknown }
}

const effect = (epoch: string, key = 'update-1') => ({ 'montana-epoch': epoch, 'montana-idempotency-key': key })

describe.each([
  ['node:http', nodeHttp],
  ['fastify', onFastify],
])('a fenced API on %s', (_, start) => {
  it('does an effect with an epoch, once per key', async () => {
    const url = await start()
    expect(await send(url, effect('524798'))).toEqual({ status: 200, body: { isRepeated: false } })
    expect(await send(url, effect('524798'))).toEqual({ status: 200, body: { isRepeated: true } })
  })

  it('answers 409 with the highest to a stale one', async () => {
    const url = await start()
    await send(url, effect('525307'))
    const { status, body } = await send(url, effect('524798', 'update-2'))
    expect(status).toBe(409)
    expect(body).toMatchObject({ code: 'EPOCH_STALE', highest: '525307', error: { code: 'EPOCH_STALE' } })
  })

  it.each([
    ['none', {}],
    ['hexadecimal digits', { 'montana-epoch': '0x80' }],
    ['a sign', { 'montana-epoch': '+8' }],
    ['zero', { 'montana-epoch': '0' }],
    ['65 bits', { 'montana-epoch': '18446744073709551616' }],
    ['two', { 'montana-epoch': '8, 9' }],
  ])('answers 428 to an epoch of %s', async (__, headers: Record<string, string>) => {
    const { status, body } = await send(await start(), { 'montana-idempotency-key': 'k', ...headers })
    expect(status).toBe(428)
    expect(body).toMatchObject({ code: 'EPOCH_MISSING', error: { field: 'Montana-Epoch' } })
  })

  it.each([{}, { 'montana-idempotency-key': '' }, { 'montana-idempotency-key': 'a b' }])(
    'answers 428 to the key %j',
    async (headers: Record<string, string>) => {
      const { status, body } = await send(await start(), { 'montana-epoch': '8', ...headers })
      expect(status).toBe(428)
      expect(body).toMatchObject({ code: 'IDEMPOTENCY_KEY_MISSING' })
    },
  )
})

it('leaves other errors to whoever called', async () => {
  const listener = fencedListener(() => Promise.reject(new Error('disk full')))
  const request = new IncomingMessage(new Socket())
  request.headers['montana-epoch'] = '8'
  await expect(listener(request, new ServerResponse(request))).rejects.toThrow('disk full')
})
