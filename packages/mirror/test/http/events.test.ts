import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { STREAMS_MAX } from '../../src/http/constants.js'
import { get, hostOf, send } from './send.js'
import { HttpWorld, MAIL_TOKEN } from './world.js'

let world: HttpWorld
let open: Socket[]

beforeEach(async () => {
  open = []
  world = await HttpWorld.open({}, { stallMs: 300 })
}, 60_000)
afterEach(async () => {
  for (const socket of open) socket.destroy()
  await world.close()
})

interface Page {
  readonly socket: Socket
  text(): string
}

/** A page that listens; one that does not read is paused from the beginning. */
function listen(lastId?: number, isReading = true): Page {
  const socket = connect(world.port, '127.0.0.1')
  open.push(socket)
  let text = ''
  socket.on('error', () => {})
  if (isReading) socket.setEncoding('utf8').on('data', (chunk) => (text += chunk))
  else socket.pause()
  const resume = lastId === undefined ? '' : `Last-Event-ID: ${lastId}\r\n`
  socket.write(`GET /api/mirrors/events HTTP/1.1\r\nHost: ${hostOf(world)}\r\n${resume}\r\n`)
  return { socket, text: () => text }
}

function event(data: Record<string, unknown> = {}): number {
  const { events } = world.mirror.parts.store
  return events.add({ atMs: 1, kind: 'layer', mirror: 'backup', layer: 'code', data })
}

const until = (check: () => void, timeout = 30_000) => expect.poll(() => check(), { timeout, interval: 10 })
const idsOf = (page: Page) => [...page.text().matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))

describe('the stream of events', () => {
  it('begins now, gives each event with its id and kind, and shows that it lives', async () => {
    event()
    const page = listen()
    await until(() => page.text()).toContain('retry: 2000')
    const id = event({ status: 'ok' })
    await until(() => page.text()).toContain(`id: ${id}\nevent: layer\ndata: `)
    await until(() => page.text()).toContain(': still here\n')
    expect(page.text()).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(page.text().toLowerCase()).toMatch(/content-type: text\/event-stream\r\n(?:.*\r\n)*/)
    expect(page.text().toLowerCase()).toContain('cache-control: no-store')
    expect(idsOf(page)).toEqual([id])
    const [, data = ''] = /^data: (.*)$/m.exec(page.text()) ?? []
    expect(JSON.parse(data)).toEqual({ atMs: 1, mirror: 'backup', layer: 'code', status: 'ok' })
  })

  it('goes on after the last event that the page has seen: each of 450 once, in order', async () => {
    const ids = Array.from({ length: 450 }, () => event())
    const [seen = 0, ...rest] = ids
    const page = listen(seen)
    await until(() => idsOf(page).length).toBe(449)
    expect(idsOf(page)).toEqual(rest)
  })

  it('begins now for an id of a store that is gone, and refuses what is no id', async () => {
    const page = listen(999_999)
    await until(() => page.text()).toContain('retry:')
    const id = event()
    await until(() => idsOf(page)).toEqual([id])
    const headers = { host: hostOf(world), 'last-event-id': '1;drop' }
    expect((await send(world, '/api/mirrors/events', { headers })).status).toBe(422)
  })

  it('holds no secret and no path', async () => {
    const page = listen()
    await until(() => page.text()).toContain('retry:')
    event({
      message: `${MAIL_TOKEN} in ${world.source}/x, at https://u:${world.tokens[1]}@h.example`,
      status: 'failed',
    })
    await until(() => page.text()).toContain('failed')
    for (const hidden of [MAIL_TOKEN, world.root, ...world.tokens]) expect(page.text()).not.toContain(hidden)
  })

  it('keeps little for a reader that takes nothing, and ends it', async () => {
    listen(0, false)
    await until(() => world.streams.length).toBe(1)
    const [response] = world.streams
    for (let index = 0; index < 300; index++) event({ filler: 'x'.repeat(64 * 1024) })
    let most = 0
    await until(() => {
      most = Math.max(most, response?.writableLength ?? 0)
      return response?.destroyed
    }, 50_000).toBe(true)
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThan(256 * 1024)
  }, 60_000)

  it(`is open ${STREAMS_MAX} times at most; a page that leaves makes place and leaves no timer`, async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const pages = Array.from({ length: STREAMS_MAX }, () => listen())
    for (const page of pages) await until(() => page.text()).toContain('retry:')
    expect(timers()).toBeGreaterThanOrEqual(before + 2 * STREAMS_MAX)
    const { status, headers, json } = await get(world, '/api/mirrors/events')
    expect([status, headers['retry-after'], json]).toMatchObject([503, '10', { error: { code: 'BUSY' } }])
    for (const { socket } of pages) socket.destroy()
    await until(() => world.streams.slice(0, STREAMS_MAX).every(({ destroyed }) => destroyed)).toBe(true)
    await until(() => timers()).toBeLessThanOrEqual(before + 2)
    const next = listen()
    await until(() => next.text()).toContain('retry:')
  })

  it('ends with the server, which does not wait for a page', async () => {
    const page = listen()
    await until(() => page.text()).toContain('retry:')
    const ended = new Promise((resolve) => page.socket.once('close', resolve))
    await world.app.close()
    await ended
    expect(world.streams[0]?.writableEnded).toBe(true)
  })
})
