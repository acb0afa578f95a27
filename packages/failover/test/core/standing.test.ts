import { describe, expect, it } from 'vitest'
import { actingBench, Bench } from './support/bench.js'
import { acting, claim, ineligible, POLICY } from './support/settings.js'

/** Spec three-mirror 4, Standing and the table of modes. */
describe('standing', () => {
  it.each([
    ['two peers of four: a majority with itself', ['almaty', 'spb'], [], 'majority', 'CHAIN'],
    ['one peer and two witnesses', ['almaty'], ['w1', 'w2'], 'minority', 'CHAIN'],
    ['nobody but two witnesses', [], ['w1', 'w2'], 'minority', 'SURVIVOR'],
    ['one peer and one witness', ['almaty'], ['w1'], 'none', 'ISOLATED'],
    ['nobody at all', [], [], 'none', 'ISOLATED'],
  ] as const)('%s', (_, peers, witnesses, standing, mode) => {
    const bench = new Bench('amsterdam')
    bench.seeing(...peers).reach(...witnesses)
    bench.run(20_000)
    expect(bench.decision).toMatchObject({ standing, mode })
    expect(bench.decision.role).toBe(standing === 'none' ? 'standby' : 'master')
  })

  it('a peer that answers only through another counts, with its relayed age', () => {
    const bench = new Bench('amsterdam').reach().seeing('almaty', 'spb')
    bench.peer('spb').isRelayed = true
    bench.run(20_000)
    expect(bench.decision).toMatchObject({ role: 'master', standing: 'majority' })
  })

  it('a peer that is only heard gives no standing: nothing proves that it hears this host', () => {
    const bench = new Bench('amsterdam').reach().seeing()
    for (let turn = 0; turn < 80; turn++) {
      for (const host of ['almaty', 'spb', 'moscow']) {
        bench.observe({ kind: 'heard', host, atMs: bench.nowMs, heartbeat: bench.heartbeatOf(host) })
      }
      bench.step()
    }
    expect(bench.decision.hosts.spb).toMatchObject({ isAlive: true, isVisible: true })
    expect(bench.decision).toMatchObject({ role: 'standby', standing: 'none' })
  })

  it('lasts for isolateAfter from the sending of the last acknowledged request, and a moment less for acting', () => {
    const bench = actingBench('amsterdam').reach()
    bench.run(5_000)
    const lastSentMs = Math.max(...Object.values(bench.state.hosts).map(({ reachedMs }) => reachedMs))
    bench.seeing()
    const stoppedMs = bench.nowMs + bench.until('stopping')
    expect(bench.decision.actUntilMs).toBeNull()
    expect(stoppedMs).toBeLessThanOrEqual(lastSentMs + 2_000)
    expect(stoppedMs).toBeGreaterThan(lastSentMs + 1_500)
  })

  it('a witness that takes no posts does not count, nor does one that has not been up for its staleness (S5)', () => {
    const bench = new Bench('amsterdam').seeing()
    bench.witness('w1').isWritable = false
    bench.witness('w2').upMs = 4_000
    bench.run(20_000)
    expect(bench.decision).toMatchObject({ role: 'standby', standing: 'none' })
    bench.reach('w2', 'w3').witness('w2').upMs = 4_001
    bench.run(5_000)
    expect(bench.decision).toMatchObject({ role: 'master', mode: 'SURVIVOR' })
  })

  it('with `always` a majority without the quorum has none', () => {
    const coordinator = { kind: 'chain', witnessQuorumFor: 'always', withoutWitnesses: 'stop' } as const
    const bench = new Bench('amsterdam', { coordinator }).reach('w1')
    expect(bench.run(20_000).decision).toMatchObject({ role: 'standby', standing: 'none' })
    bench.reach('w1', 'w3')
    expect(bench.run(5_000).decision).toMatchObject({ role: 'master', standing: 'majority' })
  })

  it('with `always` an acting majority stops when the quorum is lost', () => {
    const coordinator = { kind: 'chain', witnessQuorumFor: 'always', withoutWitnesses: 'stop' } as const
    const bench = actingBench('amsterdam', { coordinator }).reach('w1')
    bench.until('stopping')
    expect(bench.decision.rule).toBe('D2')
  })

  it('without any witness a minority leads only by `lead`', () => {
    const none = { witnesses: [], witnessQuorum: 0 }
    expect(new Bench('amsterdam', none).seeing('spb').run(20_000).decision).toMatchObject({ role: 'standby' })
    const coordinator = { kind: 'chain', witnessQuorumFor: 'minority', withoutWitnesses: 'lead' } as const
    const bench = new Bench('amsterdam', { ...none, coordinator }).seeing()
    expect(bench.run(20_000).decision).toMatchObject({ role: 'master', standing: 'minority', mode: 'SURVIVOR' })
  })

  it('a change of mode within a tenure keeps its epoch (9)', () => {
    const bench = actingBench('amsterdam')
    const { epoch } = bench.claim
    bench.seeing().run(10_000)
    expect(bench.decision).toMatchObject({ role: 'master', mode: 'SURVIVOR' })
    expect(bench.claim.epoch).toBe(epoch)
    expect(bench.all('persist-epoch')).toHaveLength(1)
  })

  it('a slow witness keeps its own window, and holds a majority up for nothing', () => {
    const slow = { name: 'git', isSlow: true, stalenessMs: 13_000, windowMs: 8_000 }
    const bench = new Bench('amsterdam', { witnesses: [slow], witnessQuorum: 1 }).seeing()
    bench.witness('git').upMs = null
    bench.run(30_000)
    expect(bench.decision).toMatchObject({ role: 'master', mode: 'SURVIVOR' })
    bench.reach().run(5_000)
    expect(bench.decision.role).toBe('master')
    bench.run(4_000)
    expect(bench.decision.role).toBe('standby')
  })
})

describe('what a slow witness shows', () => {
  const slow = { name: 'git', isSlow: true, stalenessMs: 13_000, windowMs: 8_000 }

  it('does not block the successor of a host that has just died, where a majority is visible', () => {
    const bench = new Bench('almaty', { witnesses: [slow], witnessQuorum: 1 })
    bench.peer('amsterdam').claim = acting('amsterdam', 4)
    bench.run(10_000)
    bench.peer('amsterdam').isUp = false
    expect(bench.until('acting', 7_000)).toBeLessThanOrEqual(7_000)
  })
})

it('reports who is eligible and why not', () => {
  const bench = new Bench('almaty')
  bench.peer('spb').claim = ineligible('lag')
  bench.peer('moscow').isUp = false
  bench.peer('amsterdam').claim = claim({ state: 'acting', epoch: 5n })
  bench.run(10_000)
  expect(bench.decision.policy).toBe(POLICY)
  expect(bench.decision.hosts).toMatchObject({
    spb: { isAlive: true, isEligible: false, reason: 'lag' },
    moscow: { isAlive: false, isEligible: false, reason: 'silent' },
    novosibirsk: { isAlive: true, isEligible: true, reason: null },
  })
  expect(bench.decision.leader).toMatchObject({ host: 'amsterdam', epoch: 5n })
})
