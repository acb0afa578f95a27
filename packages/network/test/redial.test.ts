import { noMetrics, seededRandom, silentLogger } from '@montana/foundation'
import { LIMITS, PQ_PROTOCOL } from '@montana/transport'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BanList } from '../src/limits/score.js'
import { Connections } from '../src/mesh/connections.js'
import type { MeshContext } from '../src/mesh/context.js'
import { Dialer } from '../src/mesh/dialer.js'
import type { Heartbeats } from '../src/mesh/heartbeats.js'
import { PeerBook } from '../src/mesh/peer-book.js'
import type { StatusExchange } from '../src/mesh/status-exchange.js'
import { createNetworkMetrics } from '../src/metrics.js'
import { HeardBook } from '../src/peer/heard.js'
import type { Peer } from '../src/peer/peer.js'
import { type Member, manifestOf, members } from './mesh-harness.js'
import { pass } from './virtual-peer.js'

/** What becomes of a dial, and after how many ms. */
type Dial = () => { readonly afterMs: number; readonly error?: string }

/** The dialler of n0 with the numbers of the specification, in virtual time, against dials that a test scripts. */
class VirtualDialler {
  readonly dialsAtMs: number[] = []
  readonly forced: boolean[] = []
  mostAtOnce = 0
  readonly peers: PeerBook
  readonly #end = new AbortController()
  readonly #dial: Dial
  readonly #node = Object.assign(new EventTarget(), {
    dial: (_: unknown, options: { force: boolean }) => this.#dialled(options.force),
  })
  #atOnce = 0

  constructor(list: readonly Member[], dial: Dial, seed = 1) {
    this.#dial = dial
    this.peers = new PeerBook(manifestOf(list), list[0]?.peerId ?? '', LIMITS)
    const context = {
      limits: LIMITS,
      peers: this.peers,
      bans: new BanList(),
      heard: new HeardBook(),
      handlers: { onPeerReached: () => {}, onPeerDisconnected: () => {} },
      modules: { random: seededRandom(seed), logger: silentLogger },
      metrics: createNetworkMetrics(noMetrics),
      nowMs: () => performance.now(),
      signal: this.#end.signal,
      node: () => this.#node,
    } as unknown as MeshContext
    const dialler = new Dialer(context)
    const [heartbeats, status] = [{ run: async () => {} }, { onLink: async () => {}, keepUp: async () => {} }]
    new Connections(context, dialler, heartbeats as unknown as Heartbeats, status as unknown as StatusExchange).watch()
    dialler.start()
  }

  get gapsMs(): number[] {
    return this.dialsAtMs.slice(1).map((atMs, index) => atMs - (this.dialsAtMs[index] ?? 0))
  }

  get peer(): Peer {
    return this.peers.get(this.peers.dialled[0]?.peerId ?? '') as Peer
  }

  /** A connection of the only peer, whoever dialled it. */
  connected(id = 'link'): void {
    this.#tell('connection:open', id)
  }

  disconnected(id = 'link'): void {
    this.#tell('connection:close', id)
  }

  #tell(event: string, id: string): void {
    const state = { status: 'open', direction: 'outbound', timeline: { open: 0 } }
    const detail = { id, ...state, encryption: PQ_PROTOCOL, remotePeer: this.peer.peerId }
    this.#node.dispatchEvent(new CustomEvent(event, { detail }))
  }

  end(): void {
    this.#end.abort()
  }

  async #dialled(force: boolean): Promise<void> {
    this.dialsAtMs.push(performance.now())
    this.forced.push(force)
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce)
    const { afterMs, error } = this.#dial()
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    this.#atOnce -= 1
    if (error !== undefined) throw new Error(error)
    this.connected()
  }
}

const refused: Dial = () => ({ afterMs: 0, error: 'connect ECONNREFUSED' })

/** Spec transport 16.1. */
describe('redial', () => {
  let list: Member[]
  let dialler: VirtualDialler | undefined

  beforeEach(async () => {
    list = await members(12)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  })

  afterEach(() => {
    dialler?.end()
    vi.useRealTimers()
  })

  const pair = () => list.slice(0, 2)

  it('spreads the first dials over a second, one per manifest peer, and forces them', async () => {
    dialler = new VirtualDialler(list, () => ({ afterMs: 5_000 }))
    const startedMs = performance.now()
    await pass(1_001)
    const firsts = dialler.dialsAtMs.map((atMs) => atMs - startedMs)
    expect([firsts.length, dialler.forced.every(Boolean)]).toEqual([11, true])
    expect(Math.max(...firsts)).toBeLessThanOrEqual(1_001)
    expect(Math.max(...firsts) - Math.min(...firsts)).toBeGreaterThan(300)
  })

  it('doubles its back-off from one second to a minute, half of it jitter, and says so', async () => {
    dialler = new VirtualDialler(pair(), refused)
    await pass(600_000)
    const { gapsMs } = dialler
    expect(gapsMs.length).toBeGreaterThan(12)
    for (const [failures, gapMs] of gapsMs.entries()) {
      const bound = Math.min(60_000, 1_000 * 2 ** (failures + 1))
      expect(gapMs).toBeGreaterThanOrEqual(bound / 2 - 1)
      expect(gapMs).toBeLessThanOrEqual(bound + 1)
    }
    expect(new Set(gapsMs.map(Math.round)).size).toBe(gapsMs.length)
    expect(dialler.peer.redialDelayMs).toBeGreaterThanOrEqual(30_000)
    expect(dialler.peer.dialErrors).toBe(dialler.dialsAtMs.length)
  })

  it('has one dial in progress per peer, however long it takes', async () => {
    dialler = new VirtualDialler(pair(), () => ({ afterMs: 10_000, error: 'timed out' }))
    await pass(300_000)
    expect(dialler.mostAtOnce).toBe(1)
    for (const gapMs of dialler.gapsMs) expect(gapMs).toBeGreaterThanOrEqual(10_500)
  })

  it.each(['HS_PEER_MISMATCH', 'PROFILE_REFUSED', 'WRONG_NETWORK'])(
    'goes to a minute at once after %s',
    async (code) => {
      dialler = new VirtualDialler(pair(), () => ({ afterMs: 0, error: `${code}: as the test wants it` }))
      await pass(200_000)
      expect(dialler.peer.awayCode).toBe(code)
      for (const gapMs of dialler.gapsMs) {
        expect(gapMs).toBeGreaterThanOrEqual(29_999)
        expect(gapMs).toBeLessThanOrEqual(60_001)
      }
    },
  )

  it('forgets its failures after a minute of connection, and not before', async () => {
    let isUp = false
    dialler = new VirtualDialler(pair(), () => (isUp ? { afterMs: 0 } : refused()))
    await pass(200_000)
    isUp = true
    for (let second = 0; second < 61 && !dialler.peer.isConnected; second++) await pass(1_000)
    expect([dialler.peer.isConnected, dialler.peer.awayCode]).toEqual([true, undefined])
    const gapMs = async () => {
      const atMs = performance.now()
      dialler?.disconnected()
      await pass(60_001)
      return (dialler?.dialsAtMs.at(-1) ?? 0) - atMs
    }
    await pass(55_000)
    expect(await gapMs()).toBeGreaterThanOrEqual(29_999)
    await pass(61_000)
    const afterLong = await gapMs()
    expect(afterLong).toBeGreaterThanOrEqual(499)
    expect(afterLong).toBeLessThanOrEqual(1_001)
  })

  it('counts the minute of the peer, whichever of its connections is the last', async () => {
    dialler = new VirtualDialler(pair(), refused)
    await pass(200_000)
    dialler.connected('first')
    await pass(3_600_000)
    dialler.connected('second')
    dialler.disconnected('first')
    await pass(1_000)
    const [endedAtMs, { length }] = [performance.now(), dialler.dialsAtMs]
    dialler.disconnected('second')
    await pass(1_001)
    expect((dialler.dialsAtMs[length] ?? Number.POSITIVE_INFINITY) - endedAtMs).toBeLessThanOrEqual(1_001)
  })

  it('is content with a connection that the peer has dialled', async () => {
    dialler = new VirtualDialler(pair(), refused)
    await pass(1_001)
    dialler.connected()
    const { length } = dialler.dialsAtMs
    await pass(600_000)
    expect(dialler.dialsAtMs.length).toBe(length)
    dialler.disconnected()
    await pass(60_000)
    expect(dialler.dialsAtMs.length).toBeGreaterThan(length)
  })
})
