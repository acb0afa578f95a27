import { describe, expect, it } from 'vitest'
import { actingBench, Bench } from './support/bench.js'
import { acting, CHAIN, claim, epochOf, ineligible, POLICY } from './support/settings.js'

/** What may begin a tenure: spec three-mirror 4, D5 to D7, D10, D11; 7.2, S2 to S5; 9. */
const [FIRST, SECOND, THIRD] = CHAIN

describe('D5 no overlap', () => {
  it.each([
    ['acting', acting(CHAIN[4], 3)],
    ['stopping', claim({ state: 'stopping', epoch: epochOf(CHAIN[4], 3), isEligible: false, reason: 'stopping' })],
    ['giving its tenure to another', claim({ grantedTo: CHAIN[3] })],
  ])('waits while a live host is %s, however low in the chain', (_, said) => {
    const bench = new Bench(FIRST)
    bench.peer(CHAIN[4]).claim = said
    bench.run(20_000)
    expect(bench.all('promote')).toEqual([])
    bench.peer(CHAIN[4]).claim = claim()
    bench.until('acting', 5_000)
  })

  it('a post at one witness shows a leader too, to a majority as well (S3)', () => {
    const bench = new Bench(FIRST).seeing(SECOND, THIRD).run(2_000)
    bench.witness('w3').posts[CHAIN[4]] = { claim: acting(CHAIN[4], 3), ageMs: 500 }
    bench.run(20_000)
    expect(bench.all('promote')).toEqual([])
    bench.witness('w3').posts[CHAIN[4]] = { claim: acting(CHAIN[4], 3), ageMs: 4_001 }
    bench.until('acting', 10_000)
    expect(bench.claim.epoch).toBe(epochOf(FIRST, 4))
  })

  it('a leader that answers nobody but a peer is alive', () => {
    const bench = new Bench(SECOND)
    bench.peer(FIRST).claim = acting(FIRST, 3)
    bench.run(10_000)
    bench.peer(FIRST).isRelayed = true
    bench.run(60_000)
    expect(bench.all('promote')).toEqual([])
  })

  it('the owner of the highest epoch may act as long as only words of it are known that are older than that epoch', () => {
    const bench = new Bench(SECOND).seeing(CHAIN[3], CHAIN[4]).health(null, { isReady: false })
    const seen = { kind: 'relayed', by: CHAIN[4], host: THIRD, ageMs: 900, heartbeat: null } as const
    const runSeeing = (durationMs: number) => {
      for (let passedMs = 0; passedMs < durationMs; passedMs += 250) {
        bench.observe({ ...seen, sentAtMs: bench.nowMs - 20, atMs: bench.nowMs }).step()
      }
    }
    bench.witness('w1').posts[THIRD] = { claim: ineligible('not-ready'), ageMs: 3_500 }
    runSeeing(6_000)
    bench.peer(CHAIN[4]).highest = epochOf(THIRD, 9)
    bench.run(1_000).health(null)
    runSeeing(2_000)
    expect(bench.all('promote')).toEqual([])
    bench.witness('w1').posts[THIRD] = { claim: ineligible('not-ready'), ageMs: 100 }
    runSeeing(2_000)
    expect(bench.claim).toMatchObject({ state: 'acting', epoch: epochOf(SECOND, 10) })
  })

  it('a leader is waited out for the silence that is death, and replaced within the bound', () => {
    const bench = new Bench(SECOND)
    bench.peer(FIRST).claim = acting(FIRST, 3)
    bench.run(10_000)
    const lastSignMs = Number(bench.state.hosts[FIRST]?.signMs)
    bench.peer(FIRST).isUp = false
    bench.until('acting')
    expect(bench.nowMs - lastSignMs).toBeGreaterThanOrEqual(3_000)
    expect(bench.nowMs - lastSignMs).toBeLessThanOrEqual(5_000)
  })

  it('an age told by a peer refutes a suspicion (5.3)', () => {
    const bench = new Bench(SECOND)
    bench.peer(FIRST).claim = acting(FIRST, 3)
    bench.run(10_000)
    bench.peer(FIRST).isUp = false
    for (let turn = 0; turn < 120; turn++) {
      bench.observe({
        kind: 'relayed',
        by: THIRD,
        host: FIRST,
        sentAtMs: bench.nowMs - 20,
        atMs: bench.nowMs,
        ageMs: 900,
        heartbeat: null,
      })
      bench.step()
    }
    expect(bench.all('promote')).toEqual([])
    expect(bench.all('confirm').some(({ hosts }) => hosts.includes(FIRST))).toBe(true)
  })
})

describe('D6 chain', () => {
  it('waits for a live eligible host above, and not for one that is not eligible', () => {
    const bench = new Bench(THIRD)
    bench.peer(FIRST).claim = ineligible('not-ready')
    bench.run(6_000)
    expect(bench.all('promote')).toEqual([])
    bench.peer(SECOND).claim = ineligible('isolated')
    bench.until('acting', 3_000)
    expect(bench.all('promote').at(-1)).toMatchObject({ standing: 'majority', mode: 'CHAIN' })
  })

  it('never without an acknowledgement of its candidacy by every visible peer', () => {
    const bench = new Bench(FIRST)
    bench.peer(CHAIN[4]).isNoting = false
    bench.run(8_000)
    expect(bench.all('promote')).toEqual([])
    expect(bench.all('record').some(({ transition }) => transition.to === 'candidate')).toBe(true)
    bench.peer(CHAIN[4]).isNoting = true
    bench.until('acting', 15_000)
  })

  it('the epoch is durable before the first hook is called', () => {
    const bench = actingBench(FIRST)
    const kinds = bench.effects.map(({ kind }) => kind)
    expect(kinds.indexOf('persist-epoch')).toBe(kinds.indexOf('promote') - 1)
    expect(bench.all('persist-epoch')[0]?.epoch).toBe(bench.all('promote')[0]?.epoch)
  })

  it('the counter is one more than the highest seen in file, heartbeats, posts and sinks (9)', () => {
    const bench = new Bench(FIRST, { policy: { durableEpoch: epochOf(FIRST, 5) } })
    bench.run(1_000)
    expect(bench.state.highest[POLICY]).toBe(epochOf(FIRST, 5))
    bench.peer(THIRD).highest = epochOf(THIRD, 7)
    bench.witness('w1').posts[SECOND] = { claim: claim({ epoch: epochOf(SECOND, 8) }), ageMs: 60_000 }
    bench.observe({ kind: 'epoch-refused', policy: POLICY, atMs: bench.nowMs, highest: epochOf(SECOND, 11) })
    bench.until('acting')
    expect(bench.claim.epoch).toBe(epochOf(FIRST, 12))
  })

  it('the rank is that of its standing, the place that of its own in the chain', () => {
    const bench = new Bench(THIRD).seeing(CHAIN[3])
    bench.until('acting')
    expect(bench.claim.epoch).toBe(epochOf(THIRD, 1, 1))
  })

  it('a host that is not in the chain never leads', () => {
    const bench = new Bench(FIRST, { policy: { chain: CHAIN.slice(1) } }).run(20_000)
    expect(bench.claim).toMatchObject({ state: 'standby', reason: 'not-ready' })
  })

  it('a standby that is not ready does not put itself forward', () => {
    const bench = new Bench(FIRST).health(null, { isReady: false }).run(20_000)
    expect(bench.claim).toMatchObject({ state: 'standby', reason: 'not-ready' })
    bench.health(null).until('acting', 3_000)
  })
})

describe('S2 to S4', () => {
  it('a minority reads at the quorum only after its post as candidate was acknowledged', () => {
    const bench = new Bench(FIRST).seeing().reach('w1', 'w2')
    bench.until('candidate')
    const sinceMs = bench.nowMs
    bench.step()
    expect(bench.claim.state).toBe('acting')
    for (const name of ['w1', 'w2']) {
      expect(bench.state.witnesses[name]?.read?.afterPostSentMs).toBeGreaterThanOrEqual(sinceMs)
    }
  })

  it('and never on the strength of posts from before it', () => {
    const bench = new Bench(FIRST).seeing()
    bench.until('candidate')
    for (const witness of Object.values(bench.witnesses)) witness.isWritable = false
    bench.run(1_250)
    expect(bench.decision.standing).toBe('minority')
    expect(bench.all('promote')).toEqual([])
    for (const witness of Object.values(bench.witnesses)) witness.isWritable = true
    bench.until('acting', 5_000)
  })

  it('a quorum that goes while it is a candidate ends the candidacy', () => {
    const bench = new Bench(FIRST).seeing()
    bench.until('candidate')
    bench.reach('w1').run(10_000)
    expect(bench.all('promote')).toEqual([])
  })

  it('says before whom a candidate withdraws', () => {
    const bench = new Bench('almaty')
    for (const host of CHAIN) if (host !== 'almaty') bench.peer(host).claim = ineligible('starting')
    bench.isRunnerAutomatic = true
    for (const witness of Object.values(bench.witnesses)) witness.isWritable = false
    bench.peer('amsterdam').isNoting = false
    bench.until('candidate')
    bench.peer('amsterdam').claim = claim()
    bench.until('standby')
    const { transition } = bench.all('record').at(-1) ?? {}
    expect(transition).toMatchObject({ from: 'candidate', rule: 'D6', reason: 'amsterdam goes first' })
  })

  it('of two candidates the lower withdraws', () => {
    const bench = new Bench(SECOND).seeing(CHAIN[3])
    bench.until('candidate')
    bench.witness('w1').posts[FIRST] = { claim: claim({ state: 'candidate', candidacy: 1 }), ageMs: 0 }
    bench.run(3_000)
    expect(bench.claim.state).toBe('standby')
    expect(bench.all('promote')).toEqual([])
  })

  it('and the higher waits until it has', () => {
    const bench = new Bench(FIRST).seeing(CHAIN[3])
    bench.until('candidate')
    bench.witness('w1').posts[SECOND] = { claim: claim({ state: 'candidate', candidacy: 1 }), ageMs: 0 }
    bench.run(3_000)
    expect(bench.claim.state).toBe('candidate')
    expect(bench.all('promote')).toEqual([])
    bench.witness('w1').posts[SECOND] = { claim: claim(), ageMs: 0 }
    bench.until('acting', 3_000)
  })

  it('a live eligible host above is seen at one witness of the quorum', () => {
    const bench = new Bench(SECOND).seeing()
    bench.witness('w2').posts[FIRST] = { claim: claim(), ageMs: 100 }
    bench.run(6_000)
    expect(bench.all('promote')).toEqual([])
  })

  it('a post that is older than what its host said itself changes nothing', () => {
    const bench = new Bench(SECOND)
    bench.peer(FIRST).claim = acting(FIRST, 3)
    bench.witness('w1').posts[FIRST] = { claim: ineligible('not-ready'), ageMs: 3_000 }
    bench.run(20_000)
    expect(bench.decision.leader).toMatchObject({ host: FIRST })
    expect(bench.all('promote')).toEqual([])
  })
})

describe('D7 last resort', () => {
  it('back-off is ignored when nobody is eligible, in the order of the chain', () => {
    const bench = actingBench(SECOND)
    bench.peer(FIRST).claim = ineligible('lag')
    bench.run(1_000).health(false).run(5_000)
    expect(bench.claim).toMatchObject({ state: 'standby', reason: 'back-off' })
    bench.peer(FIRST).claim = ineligible('not-ready')
    bench.until('acting', 3_000)
    expect(bench.all('record').at(-1)?.transition.rule).toBe('D7')
  })

  it('not while any other host is eligible, below or above', () => {
    const bench = new Bench(SECOND).health(null, { lagMs: 24_001 })
    bench.peer(FIRST).claim = ineligible('not-ready')
    bench.run(6_000)
    expect(bench.claim).toMatchObject({ state: 'standby', reason: 'lag' })
    for (const host of CHAIN.slice(2)) bench.peer(host).claim = ineligible('lag')
    bench.until('acting', 3_000)
  })

  it('other reasons are never ignored', () => {
    const bench = new Bench(SECOND).health(null, { isReady: false })
    for (const host of Object.keys(bench.peers)) bench.peer(host).claim = ineligible('not-ready')
    expect(bench.run(30_000).claim.state).toBe('standby')
  })

  it('a higher host that is eligible and lets one full bound pass is skipped', () => {
    const bench = new Bench(SECOND).run(6_000)
    expect(bench.claim.state).toBe('standby')
    const tookMs = bench.until('acting', 10_000)
    expect(6_000 + tookMs).toBeGreaterThanOrEqual(7_000)
  })

  it('one that follows a leader which this host does not see is not', () => {
    const bench = new Bench(SECOND)
    bench.peer(FIRST).claim = claim({ epoch: epochOf(CHAIN[4], 3) })
    bench.run(60_000)
    expect(bench.claim.state).toBe('standby')
  })
})

describe('D10 amnesia', () => {
  it('is not eligible until the highest epoch was learnt from a majority of the hosts', () => {
    const bench = new Bench(FIRST, { hasAmnesia: true }).seeing(SECOND, THIRD).reach()
    bench.peer(SECOND).highest = epochOf(SECOND, 20)
    bench.run(20_000)
    expect(bench.claim).toMatchObject({ isEligible: false, reason: 'amnesia' })
    bench.seeing(SECOND, THIRD, CHAIN[3])
    bench.until('acting', 5_000)
    expect(bench.claim.epoch).toBe(epochOf(FIRST, 21))
  })

  it('or from a quorum of witnesses that have been up for long enough', () => {
    const bench = new Bench(FIRST, { hasAmnesia: true }).seeing()
    bench.witness('w1').upMs = 1_000
    bench.witness('w2').upMs = 1_000
    bench.witness('w3').posts[FIRST] = { claim: claim({ epoch: epochOf(FIRST, 30) }), ageMs: 90_000 }
    expect(bench.run(10_000).claim.reason).toBe('amnesia')
    bench.witness('w1').upMs = 60_000
    bench.until('acting', 5_000)
    expect(bench.claim.epoch).toBe(epochOf(FIRST, 31, 1))
  })
})

describe('D11 start', () => {
  it('not before the start delay', () => {
    const bench = new Bench(FIRST)
    expect(bench.until('candidate')).toBeGreaterThanOrEqual(3_000)
  })

  it('not before every peer and witness answered or timed out', () => {
    const bench = new Bench(FIRST, { timing: { startupDelayMs: 0 } }).seeing(SECOND, THIRD, CHAIN[3])
    bench.run(1_000)
    expect(bench.claim).toMatchObject({ state: 'standby', reason: 'starting' })
    bench.until('acting', 5_000)
  })

  it('stops first what an earlier life may have left running', () => {
    const bench = new Bench(FIRST)
    expect(bench.all('demote')).toHaveLength(1)
    expect(bench.effects.find(({ kind }) => kind === 'demote')?.atMs).toBe(1_000_000)
    const stuck = new Bench(FIRST)
    stuck.state = stuck.core.initial({ nowMs: stuck.nowMs, bootMs: stuck.nowMs })
    stuck.isRunnerAutomatic = false
    stuck.run(20_000)
    expect(stuck.claim).toMatchObject({ state: 'standby', reason: 'starting' })
  })
})
