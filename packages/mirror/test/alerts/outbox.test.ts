import { type Logger, silentLogger, systemTime, type TimeSource } from '@montana/foundation'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type AlertNotice,
  AlertOutbox,
  alertScrub,
  openMirrorStore,
  REPEAT_MS,
  type ToldAlerts,
  toldHere,
  toldInStore,
} from '../../src/index.js'
import { createTransport } from '../../src/providers/github/transport.js'
import { temporaryFolder } from '../folders.js'
import { startChild } from '../processes.js'
import { receiver } from './receiver.js'

const DIVERGED: AlertNotice = {
  ...{ code: 'REF_DIVERGED', message: 'the target has work of its own', remedy: 'look at both tips' },
  ...{ mirror: 'second', layer: 'code', epoch: null },
}
/** Much more than anything here takes. */
const PATIENCE_MS = 10_000
const BACKOFF_MS = 10

interface Init {
  readonly told?: ToldAlerts
  readonly time?: TimeSource
  readonly timeoutMs?: number
  readonly triesMax?: number
  readonly secrets?: readonly string[]
}

function outboxTo(url: string, { told = toldHere(), time = systemTime, secrets = [], ...init }: Init = {}) {
  const logged: string[] = []
  const error: Logger['error'] = (fields, message) => void logged.push(JSON.stringify({ ...fields, message }))
  const timing = { triesMax: init.triesMax ?? 4, backoffMs: BACKOFF_MS, backoffMaxMs: 2 * BACKOFF_MS }
  const transport = createTransport({ caFile: null, timeoutMs: init.timeoutMs ?? 2_000 })
  const outbox = new AlertOutbox({
    webhook: { url, transport, random: { next: () => 1 }, timing },
    ...{ told, time, scrub: alertScrub(secrets, url), repository: 'first/continuity' },
    log: { ...silentLogger, error },
  })
  onTestFinished(() => outbox.close())
  return { outbox, logged }
}

describe('an alert', () => {
  it('is posted as one JSON object whose fields are known', async () => {
    const { url, received, bodies } = await receiver(200)
    const { outbox, logged } = outboxTo(url)
    outbox.post(DIVERGED)
    await outbox.flush(PATIENCE_MS)
    expect(received).toMatchObject([
      { method: 'POST', path: new URL(url).pathname, headers: { 'content-type': 'application/json' } },
    ])
    expect(bodies()).toEqual([
      {
        ...DIVERGED,
        schema: 'montana.mirror.alert/1',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        key: 'REF_DIVERGED/second/code/',
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        repository: 'first/continuity',
        text: 'first/continuity second code: REF_DIVERGED: the target has work of its own; look at both tips',
      },
    ])
    expect(logged).toEqual([])
  })

  it('never waits for the receiver, and never fails with it', async () => {
    const { url } = await receiver('hang')
    const { outbox } = outboxTo(url, { timeoutMs: 60_000 })
    const begun = performance.now()
    for (let count = 0; count < 150; count++) outbox.post({ ...DIVERGED, mirror: `mirror-${count}` })
    expect(performance.now() - begun).toBeLessThan(1_000)
    expect(outbox.untold).toBe(50)
    const flushed = performance.now()
    await outbox.flush(50)
    expect(performance.now() - flushed).toBeLessThan(1_000)
    outbox.close()
    await outbox.flush(PATIENCE_MS)
    expect(outbox.untold).toBe(150)
  })

  it('is tried again, under the same id, while the receiver may come back', async () => {
    const { url, bodies } = await receiver(503, 429, 204)
    const { outbox, logged } = outboxTo(url)
    outbox.post(DIVERGED)
    await outbox.flush(PATIENCE_MS)
    expect(bodies()).toHaveLength(3)
    expect(new Set(bodies().map(({ id }) => id)).size).toBe(1)
    expect(logged).toEqual([])
  })

  it('is tried again when it was never answered', async () => {
    const { url, bodies } = await receiver('hang', 204)
    const { outbox } = outboxTo(url, { timeoutMs: 100 })
    outbox.post(DIVERGED)
    await outbox.flush(PATIENCE_MS)
    expect(bodies()).toHaveLength(2)
    expect(outbox.untold).toBe(0)
  })

  it('waits as the receiver asks, but no longer than the limit', async () => {
    const { url, bodies } = await receiver({ status: 429, headers: { 'retry-after': '86400' } }, 204)
    const { outbox } = outboxTo(url)
    outbox.post(DIVERGED)
    await outbox.flush(PATIENCE_MS)
    expect(bodies()).toHaveLength(2)
  })

  it.each([
    [503, 3, 'HTTP_503'],
    [404, 1, 'HTTP_404'],
    [400, 1, 'HTTP_400'],
  ])('that is answered with %i is given up after %i tries', async (status, tries, code) => {
    const { url, bodies } = await receiver(status)
    const { outbox, logged } = outboxTo(url, { triesMax: 3 })
    outbox.post(DIVERGED)
    await outbox.flush(PATIENCE_MS)
    expect(bodies()).toHaveLength(tries)
    expect(logged.map((line) => JSON.parse(line))).toEqual([
      { alert: 'REF_DIVERGED', code, message: 'an alert was not told' },
    ])
  })

  it('is not carried to where a redirect points', async () => {
    const other = await receiver(204)
    const { url, bodies } = await receiver({ status: 307, headers: { location: other.url } })
    const { outbox, logged } = outboxTo(url)
    outbox.post(DIVERGED)
    await outbox.flush(PATIENCE_MS)
    expect({ here: bodies().length, there: other.received.length }).toEqual({ here: 1, there: 0 })
    expect(logged.join()).toContain('HTTP_307')
  })

  it('shows neither secrets nor what stands in URLs, and its address appears nowhere', async () => {
    const { url, received, close } = await receiver(500)
    const token = 'tok-3f9a1c77'
    const { outbox, logged } = outboxTo(url, { secrets: [token], triesMax: 1 })
    const message = `push to https://user:pass@git.example/o/r.git?sig=abc#f with ${token} ghp_${'a'.repeat(36)}; see ${url}`
    outbox.post({ ...DIVERGED, message, remedy: `renew ${token}` })
    await outbox.flush(PATIENCE_MS)
    await close()
    outbox.post({ ...DIVERGED, message })
    await outbox.flush(PATIENCE_MS)
    const sent = received.map(({ text }) => text).join()
    for (const secret of [token, 'user', 'pass@', 'sig=', 'ghp_', 'hook-secret']) expect(sent).not.toContain(secret)
    expect(sent).toContain('https://git.example/o/r.git')
    expect(logged).toHaveLength(2)
    for (const part of [token, 'hook-secret', '127.0.0.1']) expect(logged.join()).not.toContain(part)
    expect(logged.join()).toContain('ECONNREFUSED')
  })

  it('is cut where it is long', async () => {
    const { url, bodies } = await receiver(200)
    const { outbox } = outboxTo(url)
    outbox.post({ ...DIVERGED, message: '🙂'.repeat(5_000) })
    await outbox.flush(PATIENCE_MS)
    const [{ message, text } = { message: '', text: '' }] = bodies()
    expect(Array.from(String(message))).toHaveLength(2_000)
    expect(Array.from(String(text))).toHaveLength(2_000)
  })
})

describe('the same trouble', () => {
  function movable() {
    const clock = { nowMs: 1_000_000 }
    return { clock, time: { ...systemTime, wallMs: () => clock.nowMs } }
  }

  it('is told once an hour, whatever its words; another target, layer or epoch is another one', async () => {
    const { url, bodies } = await receiver(200)
    const { clock, time } = movable()
    const { outbox } = outboxTo(url, { time })
    const tell = async (change: Partial<AlertNotice> = {}) => {
      outbox.post({ ...DIVERGED, ...change })
      outbox.post({ ...DIVERGED, ...change, message: 'in other words' })
      await outbox.flush(PATIENCE_MS)
      return bodies().length
    }
    expect(await tell()).toBe(1)
    expect(await tell()).toBe(1)
    expect(await tell({ mirror: 'third' })).toBe(2)
    expect(await tell({ layer: null })).toBe(3)
    expect(await tell({ epoch: 2 })).toBe(4)
    clock.nowMs += REPEAT_MS - 1
    expect(await tell()).toBe(4)
    clock.nowMs += 1
    expect(await tell()).toBe(5)
    clock.nowMs -= 10 * REPEAT_MS
    expect(await tell()).toBe(6)
  })

  it('is told again when it could not be told before', async () => {
    const { url, bodies } = await receiver(400, 200)
    const { outbox } = outboxTo(url)
    for (let turn = 0; turn < 3; turn++) {
      outbox.post(DIVERGED)
      await outbox.flush(PATIENCE_MS)
    }
    expect(bodies()).toHaveLength(2)
  })

  it('is remembered by the store across processes', async () => {
    const { url, bodies } = await receiver(200)
    const folder = temporaryFolder()
    for (let turn = 0; turn < 2; turn++) {
      const store = openMirrorStore(folder)
      const { outbox } = outboxTo(url, { told: toldInStore(store) })
      outbox.post(DIVERGED)
      await outbox.flush(PATIENCE_MS)
      store.close()
    }
    expect(bodies()).toHaveLength(1)
  })

  it('is told, and once, while another process keeps the store locked', async () => {
    const { url, bodies } = await receiver(200)
    const folder = temporaryFolder()
    const store = openMirrorStore(folder, { busyTimeoutMs: 1 })
    onTestFinished(() => store.close())
    const holder = startChild('hold-store.mjs', folder)
    await holder.line()
    const { outbox, logged } = outboxTo(url, { told: toldInStore(store) })
    for (let turn = 0; turn < 2; turn++) {
      outbox.post(DIVERGED)
      await outbox.flush(PATIENCE_MS)
    }
    expect(bodies()).toHaveLength(1)
    expect(logged).toEqual([])
    holder.signal('SIGKILL')
    await holder.ended()
  })
})
