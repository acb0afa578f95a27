import type { PeerSnapshot, SnapshotChunk, SnapshotManifest } from '@montana/network'
import type { SyncPeer } from '@montana/sync'
import { LIMITS } from '@montana/transport'
import { describe, expect, it } from 'vitest'
import { wantsSnapshot } from '../../src/sync/choice.js'
import { middleOf, offerOf, type SnapshotOffer, SnapshotScout } from '../../src/sync/scout.js'

const WINDOW = 9_000
const ACCOUNTS = 100_000
const { perSecond = 0, inFlight = 0 } = LIMITS.ext.get(0x88) ?? {}

interface Behaviour {
  readonly accounts?: number
  readonly chunkMs?: number
  readonly fails?: boolean
  readonly snapshotWindow?: number
}

/** A clock that stands still but for what peers take. */
class Bench {
  nowMs = 1_000
  readonly asked: string[] = []
  readonly abort = new AbortController()
  peers: SyncPeer[] = []
  readonly scout = new SnapshotScout({
    time: { monotonicMs: () => this.nowMs } as ConstructorParameters<typeof SnapshotScout>[0]['time'],
    signal: this.abort.signal,
    peers: () => this.peers,
  })

  peer(
    id: string,
    { accounts = ACCOUNTS, chunkMs = 0, fails = false, snapshotWindow = WINDOW }: Behaviour = {},
  ): SyncPeer {
    const counts = { account: accounts, node: 4, candidate: 0 }
    return {
      id,
      status: () => ({ window: WINDOW, snapshotWindow }),
      manifest: async (window: number) => {
        this.asked.push(id)
        if (fails) throw new Error('no answer')
        return { window, counts, depths: { account: 10, node: 0, candidate: 0 } } as SnapshotManifest
      },
      chunk: async () => {
        this.nowMs += chunkMs
        return { recordCount: 100 } as SnapshotChunk
      },
    } as unknown as SyncPeer
  }

  /** What it says once every answer is there. */
  async looked(): Promise<SnapshotOffer | undefined> {
    this.scout.look()
    for (let turns = 0; turns < 50; turns++) await Promise.resolve()
    return this.scout.look()
  }
}

describe('what a snapshot would take', () => {
  it('is bounded by the rate of a peer where it answers at once, and by its places where it is slow', () => {
    const of = (ms: number, servers: number) =>
      offerOf({ counts: { account: 7, node: 1, candidate: 0 } }, { recordCount: 100 }, { ms, servers })
    expect(of(1, 1)).toEqual({ accounts: 7, recordsPerSecond: 100 * perSecond })
    expect(of(1, 3)).toEqual({ accounts: 7, recordsPerSecond: 300 * perSecond })
    expect(of(10_000, 1)).toEqual({ accounts: 7, recordsPerSecond: (100 * inFlight) / 10 })
    expect(
      offerOf({ counts: { account: 7, node: 1, candidate: 0 } }, { recordCount: 0 }, { ms: 1, servers: 1 }),
    ).toEqual({
      accounts: 7,
      recordsPerSecond: 1,
    })
  })

  it('is that of the peer in the middle', () => {
    const offer = (accounts: number) => ({ accounts, recordsPerSecond: 10 })
    expect(middleOf([])).toBeUndefined()
    expect(middleOf([offer(3)])).toEqual(offer(3))
    expect(middleOf([offer(9), offer(1)])).toEqual(offer(9))
    expect(middleOf([offer(9), offer(1), offer(5)])).toEqual(offer(5))
  })
})

describe('a scout', () => {
  it('asks nobody who serves none, and has no offer then', async () => {
    const bench = new Bench()
    bench.peers = [bench.peer('a', { snapshotWindow: 0 })]
    expect([await bench.looked(), bench.asked]).toEqual([undefined, []])
  })

  it('asks three at most, once a minute, and keeps what it heard meanwhile', async () => {
    const bench = new Bench()
    bench.peers = [...'abcde'].map((id) => bench.peer(id))
    expect(bench.scout.look()).toBeUndefined()
    const offer = await bench.looked()
    expect(offer).toEqual({ accounts: ACCOUNTS, recordsPerSecond: 500 * perSecond })
    expect(bench.asked).toEqual(['a', 'b', 'c'])
    bench.nowMs += 59_000
    await bench.looked()
    expect(bench.asked).toHaveLength(3)
    bench.nowMs += 2_000
    await bench.looked()
    expect(bench.asked).toHaveLength(6)
  })

  it('goes by those who answer, and forgets an offer that nobody renews', async () => {
    const bench = new Bench()
    bench.peers = [bench.peer('a', { fails: true }), bench.peer('b')]
    expect(await bench.looked()).toMatchObject({ accounts: ACCOUNTS })
    bench.peers = [bench.peer('a', { fails: true })]
    bench.nowMs += 61_000
    expect(await bench.looked()).toBeUndefined()
  })

  it('asks nobody any more after the end', async () => {
    const bench = new Bench()
    bench.peers = [bench.peer('a')]
    bench.abort.abort()
    expect([await bench.looked(), bench.asked]).toEqual([undefined, []])
  })
})

describe('the choice by what was measured', () => {
  const status = { window: WINDOW, oldestWindow: 1, snapshotWindow: WINDOW }
  const peers = [1, 2, 3].map(() => ({ connections: 1, status }) as unknown as PeerSnapshot)
  const gap = (windowsPerSecond: number | undefined) => ({ head: 1_000, target: WINDOW, windowsPerSecond })
  const auto = { sync: 'auto', snapshotGap: 'auto' } as const
  const wants = (windowsPerSecond: number | undefined, offer: SnapshotOffer | undefined) =>
    wantsSnapshot(gap(windowsPerSecond), auto, peers, offer)

  it('falls on a snapshot where its time is below four fifths of a replay, and on the replay otherwise', () => {
    // 8000 windows at 100 a second are 80 s; a snapshot has 5 s of overhead.
    expect(wants(100, { accounts: 58_000, recordsPerSecond: 1_000 })).toBe(true)
    expect(wants(100, { accounts: 60_000, recordsPerSecond: 1_000 })).toBe(false)
    expect(wants(1_000, { accounts: 5_000, recordsPerSecond: 1_000 })).toBe(false)
  })

  it('goes by the size of the gap while one of both is not measured', () => {
    expect([wants(undefined, { accounts: 1, recordsPerSecond: 1_000 }), wants(100, undefined)]).toEqual([true, true])
    const near = { ...gap(undefined), head: WINDOW - 4_096 }
    expect(wantsSnapshot(near, auto, peers, undefined)).toBe(false)
  })

  it.each([
    ['1 account and its chunk at once', { accounts: 1 }, [{ chunkMs: 9_000 }, { chunkMs: 9_000 }], false],
    ['a thousand times as many accounts', { accounts: 1_000 * ACCOUNTS }, [{}, {}], true],
    ['its chunk after a minute', { chunkMs: 60_000 }, [{}, {}], true],
  ] as const)('is not turned by one liar that announces %s', async (_, lie, honest, expected) => {
    const bench = new Bench()
    bench.peers = [bench.peer('liar', lie), ...honest.map((behaviour, i) => bench.peer(`${i}`, behaviour))]
    expect(wants(100, await bench.looked())).toBe(expected)
  })
})
