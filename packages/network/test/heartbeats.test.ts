import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from '../src/peer/heartbeat-state.js'
import { pass, VirtualPeer } from './virtual-peer.js'

const HOUR_MS = 3_600_000
const alive = () => 1
const silent = () => 'silent' as const

/** Spec transport 15 and the row "heartbeat" of section 20, in virtual time and with the numbers of the specification. */
describe('heartbeat', () => {
  let virtual: VirtualPeer

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] })
    virtual = new VirtualPeer()
  })

  afterEach(() => {
    virtual.end()
    vi.useRealTimers()
  })

  const state = () => ({
    ...virtual.counters,
    misses: virtual.peer.heartbeat.consecutiveMisses,
    healthy: virtual.peer.isHealthy,
    connections: virtual.peer.links.length,
  })

  it('720 ± 1 pings in an hour, all ok', async () => {
    virtual.connect('a', alive)
    await pass(HOUR_MS - 1_000)
    const { sent, ok, timeout, failed } = virtual.counters
    expect(Math.abs(ok - 720)).toBeLessThanOrEqual(1)
    expect([sent - ok, timeout, failed]).toEqual([0, 0, 0])
  })

  it('720 ± 1 pings in an hour, however slow the Pong and however many connections', async () => {
    for (const id of ['a', 'b', 'c']) virtual.connect(id, () => 3_000)
    await pass(HOUR_MS)
    expect(Math.abs(virtual.counters.sent - 720)).toBeLessThanOrEqual(1)
    expect(virtual.counters.ok).toBeGreaterThanOrEqual(virtual.counters.sent - 1)
  })

  it('black hole: unhealthy within 20 s, closed within 35 s, nothing counted as answered', async () => {
    virtual.connect('a', (ping) => (ping <= 2 ? 1 : 'silent'))
    await pass(6_000)
    expect(state()).toMatchObject({ ok: 2, misses: 0, healthy: true })
    await pass(20_000 - 1_000)
    expect(state()).toMatchObject({ ok: 2, timeout: 3, healthy: false, connections: 1 })
    await pass(15_000)
    expect(state()).toEqual({ sent: 8, ok: 2, timeout: 6, failed: 0, misses: 0, healthy: false, connections: 0 })
  })

  it('two misses, then an answer: healthy throughout', async () => {
    virtual.connect('a', (ping) => (ping <= 2 ? 'silent' : 1))
    await pass(9_500)
    expect(state()).toMatchObject({ timeout: 2, misses: 2, healthy: true })
    await pass(1_500)
    expect(state()).toMatchObject({ sent: 3, ok: 1, timeout: 2, misses: 0, healthy: true })
  })

  it('three misses: unhealthy at the third, still connected, and healthy again after one answer', async () => {
    virtual.connect('a', (ping) => (ping <= 3 ? 'silent' : 1))
    await pass(13_900)
    expect(state()).toMatchObject({ misses: 2, healthy: true })
    await pass(200)
    expect(state()).toMatchObject({ misses: 3, healthy: false, connections: 1 })
    await pass(2_000)
    expect(state()).toMatchObject({ ok: 1, timeout: 3, misses: 0, healthy: true, connections: 1 })
  })

  it('six misses: all connections of the peer are closed at the sixth and not before', async () => {
    const links = ['a', 'b'].map((id) => virtual.connect(id, silent))
    await pass(28_900)
    expect(state()).toMatchObject({ misses: 5, connections: 2 })
    await pass(200)
    expect(state()).toMatchObject({ timeout: 6, connections: 0 })
    expect(links.map(({ status }) => status)).toEqual(['aborted', 'aborted'])
  })

  it('a Pong after 3.9 s is one, after 4.1 s it is a timeout', async () => {
    virtual.connect('a', (ping) => (ping === 1 ? 3_900 : 4_100))
    await pass(4_500)
    expect(state()).toMatchObject({ sent: 1, ok: 1, timeout: 0 })
    expect(virtual.peer.rtt.percentile(0.5, performance.now())).toBeGreaterThanOrEqual(3_900)
    expect(virtual.peer.rtt.percentile(0.5, performance.now())).toBeLessThan(4_000)
    await pass(5_000)
    expect(state()).toMatchObject({ sent: 2, ok: 1, timeout: 1, misses: 1 })
  })

  it('resets and wrong answers are misses of their own kind', async () => {
    const reactions = ['reset', 'other id', 'silent'] as const
    virtual.connect('a', (ping) => reactions[ping - 1] ?? 1)
    await pass(14_500)
    expect(state()).toMatchObject({ sent: 3, timeout: 1, failed: 2, misses: 3, healthy: false })
  })

  it('sent is ok, timeout, failed and what is in flight, at every moment', async () => {
    const reactions = ['silent', 'reset', 2_000, 'other id', 10] as const
    virtual.connect('a', (ping) => reactions[ping % reactions.length] ?? 1)
    for (let step = 0; step < 300; step++) {
      await pass(331)
      const { sent, ok, timeout, failed } = virtual.counters
      expect([0, 1]).toContain(sent - ok - timeout - failed)
    }
  })

  it('connections take turns, and a new one waits for its own', async () => {
    const links = ['a', 'b', 'c'].map((id) => virtual.connect(id, alive))
    await pass(28_000)
    expect(links.map(({ pingedAtMs }) => pingedAtMs.length)).toEqual([2, 2, 2])
    for (let index = 0; index < 4; index++) {
      const extra = virtual.connect(`extra ${index}`, alive)
      await pass(5_000)
      extra.abort()
    }
    expect(links.every(({ pingedAtMs }) => pingedAtMs.length >= 3)).toBe(true)
  })

  it('eleven connections all see a ping within the 60 s after which a base peer would close them', async () => {
    const links = Array.from({ length: 11 }, (_, index) => virtual.connect(`${index}`, alive))
    await pass(300_000)
    for (const { pingedAtMs } of links) {
      const gaps = pingedAtMs.slice(1).map((atMs, index) => atMs - (pingedAtMs[index] ?? 0))
      expect(Math.max(...gaps)).toBeLessThan(60_000)
    }
  })

  it('a connection that is silent three times while another one answers is aborted alone', async () => {
    const [good, dead] = [virtual.connect('good', alive), virtual.connect('dead', silent)]
    await pass(24_000)
    expect(state()).toMatchObject({ timeout: 2, healthy: true, connections: 2 })
    await pass(6_000)
    expect([good.status, dead.status]).toEqual(['open', 'aborted'])
    expect(state()).toMatchObject({ timeout: 3, failed: 0, healthy: true, connections: 1 })
  })

  it('pauses without a connection, and judges new connections by themselves', async () => {
    virtual.connect('a', silent)
    await pass(31_000)
    expect(state()).toMatchObject({ timeout: 6, connections: 0 })
    await pass(60_000)
    expect(virtual.counters.sent).toBe(6)
    virtual.connect('b', alive)
    await pass(1_000)
    expect(state()).toEqual({ sent: 7, ok: 1, timeout: 6, failed: 0, misses: 0, healthy: true, connections: 1 })
  })

  it('a ping that one of several connections took along is a miss', async () => {
    const first = virtual.connect('a', silent)
    virtual.connect('b', alive)
    await pass(10)
    first.abort()
    await pass(4_500)
    expect(state()).toMatchObject({ sent: 1, timeout: 1, misses: 1, connections: 1 })
    await pass(1_000)
    expect(state()).toMatchObject({ ok: 1, misses: 0 })
  })

  it('a ping that the end of a connection took along does not count against the next one', async () => {
    const first = virtual.connect('a', silent)
    await pass(10)
    first.abort()
    virtual.connect('b', alive)
    await pass(4_500)
    expect(state()).toEqual({ sent: 2, ok: 1, timeout: 1, failed: 0, misses: 0, healthy: true, connections: 1 })
  })
})

describe('nextTick', () => {
  it('skips what has passed, and makes no tick twice when a timer was early', () => {
    expect(nextTick(0, 12, 5_000)).toBe(1)
    expect(nextTick(1, 4_999.9, 5_000)).toBe(2)
    expect(nextTick(1, 9_999, 5_000)).toBe(2)
    expect(nextTick(1, 15_000, 5_000)).toBe(3)
    expect(nextTick(1, 15_001, 5_000)).toBe(4)
  })
})
