import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
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
    virtual.connectOwn('a', () => 6_000)
    for (let second = 0; second < 20; second++) {
      virtual.peer.traffic.receivedBytes += 1
      await pass(1_000)
    }
    expect(virtual.counters.timeout).toBeGreaterThan(2)
    expect(dials()).toEqual([])
  })

  it('is not silent while another connection answers', async () => {
    virtual.connectOwn('good', () => 1)
    virtual.connectOwn('dead', silent)
    await pass(20_000)
    expect(virtual.counters.timeout).toBe(2)
    expect(dials()).toEqual([])
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
  })
})
