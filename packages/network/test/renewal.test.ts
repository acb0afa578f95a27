import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentBeside } from '../src/mesh/renewal.js'
import type { Link } from '../src/peer/peer.js'
import { pass, VirtualPeer } from './virtual-peer.js'

const silent = () => 'silent' as const

/** Decision 0048, in virtual time and with the numbers of the specification. */
describe('a peer whose connections are silent', () => {
  let virtual: VirtualPeer
  let beganMs: number

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] })
    virtual = new VirtualPeer()
    beganMs = performance.now()
  })

  afterEach(() => {
    virtual.end()
    vi.useRealTimers()
  })

  const dials = () => virtual.dialledAtMs.map((atMs) => Math.round(atMs - beganMs))

  it('is dialled anew at the first ping without an answer, and on until its connections are closed', async () => {
    virtual.connectOwn('a', silent)
    await pass(3_900)
    expect(dials()).toEqual([])
    await pass(1_700)
    expect(dials()).toEqual([4_000, 4_500, 5_000, 5_500])
    await pass(60_000)
    expect(virtual.peer.isConnected).toBe(false)
    expect(Math.max(...dials())).toBeLessThanOrEqual(29_000)
  })

  it('is dialled no more once it is heard', async () => {
    virtual.connectOwn('a', (ping) => (ping === 1 ? 'silent' : 1))
    await pass(60_000)
    expect(dials()).toEqual([4_000, 4_500, 5_000])
  })

  it('is slow and not silent when something of it came meanwhile', async () => {
    const { heard } = virtual.connectOwn('a', () => 6_000)
    for (let second = 0; second < 20; second++) {
      heard.bytes += 1
      await pass(1_000)
    }
    expect(virtual.counters.timeout).toBeGreaterThan(2)
    expect(dials()).toEqual([])
  })

  it('is dialled anew though only one of its connections was asked, and no more once another one answers', async () => {
    virtual.connectOwn('dead', silent)
    virtual.connectOwn('good', () => 1)
    await pass(9_900)
    expect(dials()).toEqual([4_000, 4_500, 5_000])
  })

  it('gives the place of all its connections to the one that opens, until it is heard', async () => {
    const a = virtual.connectOwn('a', silent)
    virtual.connectOwn('b', silent)
    const ids = () => silentBeside(virtual.peer, opened).map(({ connection }) => connection.id)
    await pass(3_900)
    virtual.connect('opened', () => 1)
    const opened = virtual.peer.links.at(-1) as Link
    expect(ids()).toEqual([])
    await pass(200)
    expect(ids()).toEqual(['a', 'b'])
    a.heard.bytes += 1
    expect(ids()).toEqual([])
  })

  it('is known as an own peer by a connection that is closed', async () => {
    const proven = virtual.connectOwn('a', silent)
    virtual.connect('b', silent)
    proven.abort()
    await pass(9_900)
    expect(dials()).toContain(9_000)
  })

  it('is left alone when it is a base peer, which would forget us with the connection', async () => {
    virtual.connect('a', silent)
    await pass(20_000)
    expect(virtual.counters.timeout).toBeGreaterThan(2)
    expect(dials()).toEqual([])
  })

  it('is not dialled again for two intervals after it was reached: what is slow is not made slower', async () => {
    virtual.isReached = true
    virtual.connectOwn('a', silent)
    await pass(20_000)
    expect(dials()).toEqual([4_000, 14_000])
    expect(virtual.peer.heartbeat.consecutiveMisses).toBe(1)
  })
})
