import { describe, expect, it } from 'vitest'
import type { LeaseObservation } from '../../src/core/types.js'
import { Bench } from './support/bench.js'
import { acting, CHAIN, claim, epochOf, ineligible, POLICY } from './support/settings.js'

/** The coordinator `etcd`, decision side: spec three-mirror 6.2. */
const [FIRST, SECOND, THIRD] = CHAIN
const ETCD = { coordinator: { kind: 'etcd', ttlMs: 4_000, isShared: false }, witnesses: [], witnessQuorum: 0 } as const
const TTL_MS = 4_000
const RANK_LEASED = 3

function lease(bench: Bench, observation: LeaseObservation): Bench {
  return bench.observe({ kind: 'lease', policy: POLICY, atMs: bench.nowMs, lease: observation })
}

function free(bench: Bench): Bench {
  return lease(bench, { kind: 'holder', host: null, epoch: null, sentAtMs: bench.nowMs - 20 })
}

function etcdBench(self: string): Bench {
  return new Bench(self, ETCD).run(6_000)
}

function holding(self: string, counter = 1): Bench {
  const bench = etcdBench(self)
  const epoch = epochOf(self, counter, RANK_LEASED)
  return lease(bench, { kind: 'acquired', sentAtMs: bench.nowMs - 20, grantedTtlMs: TTL_MS, epoch }).step()
}

function renewed(bench: Bench): Bench {
  return lease(bench, { kind: 'renewed', sentAtMs: bench.nowMs - 20, grantedTtlMs: TTL_MS })
}

describe('acquire', () => {
  it('never without having seen the key free', () => {
    expect(etcdBench(FIRST).run(10_000).all('acquire')).toEqual([])
    const held = lease(etcdBench(FIRST), { kind: 'holder', host: THIRD, epoch: 5n, sentAtMs: 1 }).run(5_000)
    expect(held.all('acquire')).toEqual([])
  })

  it('the first at once, above the highest epoch that was seen', () => {
    const bench = etcdBench(FIRST)
    bench.peer(THIRD).highest = epochOf(THIRD, 7)
    free(bench.run(1_000)).step()
    expect(bench.all('acquire')).toMatchObject([{ policy: POLICY, floor: epochOf(THIRD, 7) }])
  })

  it('each further one half a second later per live eligible host above', () => {
    const bench = free(etcdBench(THIRD))
    const freeMs = bench.nowMs
    while (bench.all('acquire').length === 0) bench.step()
    expect(bench.nowMs - freeMs).toBeGreaterThanOrEqual(750)
    expect(bench.nowMs - freeMs).toBeLessThanOrEqual(1_250)
    const alone = etcdBench(THIRD)
    for (const host of [FIRST, SECOND]) alone.peer(host).claim = ineligible('not-ready')
    free(alone.run(2_000)).step()
    expect(alone.all('acquire')).toHaveLength(1)
  })

  it('not while another still acts, nor paused, nor after the cluster granted too long a lease', () => {
    const beside = etcdBench(FIRST)
    beside.peer(THIRD).claim = acting(THIRD, 4)
    expect(free(beside.run(2_000)).run(5_000).all('acquire')).toEqual([])
    const pause = { reason: 'work', by: 'operator', remainingMs: 60_000 }
    expect(
      free(etcdBench(FIRST).command({ kind: 'pause', pause }))
        .run(5_000)
        .all('acquire'),
    ).toEqual([])
    const refused = lease(etcdBench(FIRST), { kind: 'refused', code: 'LEASE_TTL_RAISED' })
    expect(free(refused).run(5_000).all('acquire')).toEqual([])
  })

  it('a lease that comes when too little of it is left is given back', () => {
    const bench = etcdBench(FIRST)
    const epoch = epochOf(FIRST, 1, RANK_LEASED)
    const sentAtMs = bench.nowMs - 3_100
    lease(bench, { kind: 'acquired', sentAtMs, grantedTtlMs: TTL_MS, epoch }).step()
    expect(bench.all('promote')).toEqual([])
    expect(bench.all('release')).toHaveLength(1)
  })
})

describe('hold', () => {
  it('begins a tenure with the epoch of the lease, LEASED', () => {
    const bench = holding(FIRST, 6)
    expect(bench.claim).toMatchObject({ state: 'acting', mode: 'LEASED', epoch: epochOf(FIRST, 6, RANK_LEASED) })
  })

  it('may act until sent + 0.99 TTL − 0.25 s − killBudget, 3.21 s for four, and renews every half second', () => {
    const bench = holding(FIRST)
    expect(Number(bench.decision.actUntilMs) - (bench.nowMs - 250 - 20)).toBe(3_210)
    const untilMs = Number(bench.decision.actUntilMs)
    bench.until('stopping')
    expect(bench.decision.rule).toBe('D2')
    expect(bench.nowMs).toBeLessThanOrEqual(untilMs)
    expect(bench.nowMs).toBeGreaterThan(untilMs - 500)
    const times = bench.effects.flatMap(({ kind, atMs }) => (kind === 'renew' ? [atMs] : []))
    expect(times.length).toBeGreaterThan(4)
    expect(times.every((atMs, index) => index === 0 || atMs - (times[index - 1] ?? 0) === 500)).toBe(true)
  })

  it('goes on as long as it is renewed, whatever the peers do', () => {
    const bench = holding(FIRST).seeing()
    for (let turn = 0; turn < 80; turn++) renewed(bench).step()
    expect(bench.decision.role).toBe('master')
  })

  it('a renewal that comes after the tenure ended never continues it', () => {
    const bench = holding(FIRST)
    bench.until('stopping')
    renewed(bench).run(2_000)
    expect(bench.claim.state).toBe('standby')
    expect(bench.all('promote')).toHaveLength(1)
    expect(renewed(bench).run(2_000).claim.state).toBe('standby')
  })

  it('an older renewal does not shorten it', () => {
    const bench = renewed(holding(FIRST).run(500)).step()
    const untilMs = bench.decision.actUntilMs
    lease(bench, { kind: 'renewed', sentAtMs: bench.nowMs - 5_000, grantedTtlMs: TTL_MS }).step()
    expect(bench.decision.actUntilMs).toBe(untilMs)
  })

  it('a lost lease ends the tenure at once', () => {
    const bench = lease(holding(FIRST), { kind: 'lost' }).step()
    expect(bench.decision).toMatchObject({ role: 'standby', rule: 'D2' })
  })

  it('is not displaced by another mode, but takes a new tenure above it (D3)', () => {
    const bench = holding(FIRST)
    bench.peer(THIRD).claim = acting(THIRD, 9)
    for (let turn = 0; turn < 4; turn++) renewed(bench).step()
    expect(bench.claim.state).toBe('acting')
    expect(bench.claim.epoch).toBe(epochOf(FIRST, 10, RANK_LEASED))
  })

  it('yields to a LEASED leader with a higher epoch', () => {
    const bench = holding(FIRST)
    bench.peer(THIRD).claim = claim({ ...acting(THIRD, 9, RANK_LEASED), mode: 'LEASED' })
    for (let turn = 0; turn < 4; turn++) renewed(bench).step()
    expect(bench.decision.role).toBe('standby')
  })

  it('a handover moves the key instead of a grant, and gives nothing back', () => {
    const bench = holding(FIRST)
    bench.command({ kind: 'promote', policy: POLICY, host: SECOND, reason: 'test', isForced: false })
    renewed(bench).step()
    const epoch = epochOf(FIRST, 1, RANK_LEASED)
    bench.message(SECOND, { type: 'accept', policy: POLICY, epoch })
    for (let turn = 0; turn < 6; turn++) renewed(bench).step()
    expect(bench.all('transfer')).toMatchObject([{ target: SECOND }])
    expect(bench.sent('grant')).toEqual([])
    expect(bench.all('release')).toEqual([])
  })
})
