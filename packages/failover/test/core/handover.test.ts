import { describe, expect, it } from 'vitest'
import { actingBench, Bench } from './support/bench.js'
import { acting, CHAIN, claim, epochOf, ineligible, POLICY, SEED_TIMING } from './support/settings.js'

/** Planned moves: spec three-mirror 10.4. */
const [FIRST, SECOND, THIRD] = CHAIN

function promote(bench: Bench, host: string): Bench {
  return bench.command({ kind: 'promote', policy: POLICY, host, reason: 'test', isForced: false }).step()
}

function epochOfBench({ claim: { epoch } }: Bench): bigint {
  if (epoch === null) throw new RangeError('no tenure')
  return epoch
}

function accept(bench: Bench, from: string, epoch = epochOfBench(bench)): Bench {
  return bench.message(from, { type: 'accept', policy: POLICY, epoch }).step()
}

describe('the old leader', () => {
  it('asks, quiesces when accepted, stops, and only then grants counter + 1 for 5 s', () => {
    const bench = actingBench(FIRST)
    bench.peer(SECOND).claim = claim()
    bench.isRunnerAutomatic = false
    promote(bench, SECOND)
    expect(bench.sent('handover')).toHaveLength(1)
    expect(bench.decision.role).toBe('master')
    accept(bench, SECOND)
    expect(bench.all('quiesce')).toHaveLength(1)
    expect(bench.decision.role).toBe('master')
    bench.runner({ kind: 'quiesced' }).step()
    expect(bench.claim.state).toBe('stopping')
    expect(bench.all('demote').at(-1)).toMatchObject({ isGraceful: true })
    bench.run(250)
    expect(bench.sent('grant')).toEqual([])
    bench.runner({ kind: 'demoted' }).step()
    const [grant] = bench.sent('grant')
    expect(grant?.grant).toMatchObject({ policy: POLICY, from: FIRST, target: SECOND, counter: 2, validMs: 5_000 })
    expect(bench.claim).toMatchObject({ state: 'standby', grantedTo: SECOND, isEligible: false })
  })

  it('asks again where the question was lost, and keeps its tenure where nobody answers', () => {
    const bench = promote(actingBench(FIRST), SECOND).run(4_500)
    expect(bench.sent('handover').length).toBeGreaterThan(5)
    bench.run(2_000)
    const asked = bench.sent('handover').length
    bench.run(8_000)
    expect(bench.sent('handover')).toHaveLength(asked)
    expect(bench.decision.role).toBe('master')
  })

  it('keeps its tenure after a refusal', () => {
    const bench = promote(actingBench(FIRST), SECOND)
    bench
      .message(SECOND, { type: 'refuse', policy: POLICY, epoch: epochOfBench(bench), reason: 'not-ready' })
      .run(5_000)
    expect(bench.decision.role).toBe('master')
    expect(bench.state.policies[POLICY]?.handover).toBeNull()
  })

  it.each([
    ['another host', THIRD, 0n],
    ['another tenure', SECOND, 1n],
  ])('an acceptance of %s changes nothing', (_, from, more) => {
    const bench = promote(actingBench(FIRST), SECOND)
    accept(bench, from, epochOfBench(bench) + more)
    expect(bench.all('quiesce')).toEqual([])
  })

  it('cuts short a service that does not quiesce within 0.3 s', () => {
    const bench = promote(actingBench(FIRST), SECOND)
    bench.isRunnerAutomatic = false
    accept(bench, SECOND).run(500)
    expect(bench.claim.state).toBe('stopping')
  })

  it('sends a grant again until the target acts, and it is final: no tenure of its own before it has expired', () => {
    const bench = promote(actingBench(FIRST), SECOND)
    const before = epochOfBench(bench)
    accept(bench, SECOND).run(1_000)
    const grantedMs = Number(bench.all('send').find(({ message }) => message.type === 'grant')?.atMs)
    bench.until('acting', 12_000)
    expect(bench.nowMs - grantedMs).toBeGreaterThanOrEqual(5_000)
    expect(bench.sent('grant').length).toBeGreaterThan(10)
    expect(epochOfBench(bench)).toBeGreaterThan(before)
    const validity = bench.sent('grant').map(({ grant }) => grant.validMs)
    expect(validity).toEqual(validity.toSorted((a, b) => b - a))
  })

  it('sends it no more once the target acts', () => {
    const bench = promote(actingBench(FIRST), SECOND)
    accept(bench, SECOND).run(750)
    bench.peer(SECOND).claim = acting(SECOND, 2)
    bench.run(1_250)
    const sent = bench.sent('grant').length
    bench.run(20_000)
    expect(bench.sent('grant')).toHaveLength(sent)
    expect(bench.claim).toMatchObject({ state: 'standby', grantedTo: null })
  })

  it('a grant that was taken is over at once: it bars neither the next move nor this host', () => {
    const bench = promote(actingBench(FIRST), SECOND)
    accept(bench, SECOND).run(750)
    expect(bench.claim).toMatchObject({ grantedTo: SECOND, isEligible: false })
    bench.peer(SECOND).claim = acting(SECOND, 2)
    bench.run(1_000)
    expect(bench.claim).toMatchObject({ grantedTo: null, isEligible: true })
  })

  it('a target that acts with an earlier epoch has not taken the grant', () => {
    const bench = promote(actingBench(FIRST), SECOND)
    accept(bench, SECOND).run(750)
    bench.peer(SECOND).claim = acting(SECOND, 1)
    bench.run(1_000)
    expect(bench.claim).toMatchObject({ grantedTo: SECOND, isEligible: false })
  })

  it('a lost standing ends the move too, without a grant', () => {
    const bench = promote(actingBench(FIRST), SECOND)
    bench.isRunnerAutomatic = false
    accept(bench, SECOND)
    bench.sleep(2_000).step()
    bench.runner({ kind: 'demoted' }).run(1_000)
    expect(bench.sent('grant')).toEqual([])
  })
})

describe('the target', () => {
  const epoch = epochOf(FIRST, 3)
  const grant = { policy: POLICY, from: FIRST, target: SECOND, counter: 4, validMs: 5_000 }

  function targetBench(change: ConstructorParameters<typeof Bench>[1] = {}): Bench {
    const bench = new Bench(SECOND, change)
    bench.peer(FIRST).claim = acting(FIRST, 3)
    return bench.run(10_000)
  }

  function asked(bench: Bench): Bench {
    return bench.message(FIRST, { type: 'handover', policy: POLICY, epoch, reason: 'test' }).step()
  }

  it('prepares, accepts, and with the grant takes the next epoch and says when it is done', () => {
    const bench = asked(targetBench()).step()
    expect(bench.all('prepare')).toHaveLength(1)
    expect(bench.sent('accept')).toEqual([{ type: 'accept', policy: POLICY, epoch }])
    bench.message(FIRST, { type: 'grant', grant }).step()
    expect(bench.claim).toMatchObject({ state: 'acting', epoch: epochOf(SECOND, 4) })
    bench.step()
    expect(bench.sent('done')).toEqual([{ type: 'done', policy: POLICY, epoch: epochOf(SECOND, 4) }])
  })

  it('answers a repeated question with a repeated acceptance, and prepares once', () => {
    const bench = asked(asked(asked(targetBench()).step()))
    expect(bench.all('prepare')).toHaveLength(1)
    expect(bench.sent('accept').length).toBeGreaterThanOrEqual(2)
  })

  it('one tenure per acceptance: the same grant again starts nothing', () => {
    const bench = asked(targetBench()).step()
    bench.message(FIRST, { type: 'grant', grant }).run(1_000)
    bench.peer(FIRST).claim = claim()
    bench.health(false).run(1_000)
    bench.message(FIRST, { type: 'grant', grant }).run(1_000)
    expect(bench.all('promote')).toHaveLength(1)
  })

  it.each([
    ['that was not asked for', (bench: Bench) => bench.message(FIRST, { type: 'grant', grant })],
    [
      'for somebody else',
      (bench: Bench) =>
        asked(bench)
          .step()
          .message(FIRST, { type: 'grant', grant: { ...grant, target: THIRD } }),
    ],
    [
      'of somebody else',
      (bench: Bench) =>
        asked(bench)
          .step()
          .message(THIRD, { type: 'grant', grant: { ...grant, from: THIRD } }),
    ],
    [
      'that has expired',
      (bench: Bench) =>
        asked(bench)
          .step()
          .message(FIRST, { type: 'grant', grant: { ...grant, validMs: 0 } }),
    ],
    [
      'later than 5 s after the acceptance',
      (bench: Bench) => asked(bench).run(5_500).message(FIRST, { type: 'grant', grant }),
    ],
  ])('a grant %s starts nothing', (_, given) => {
    const bench = given(targetBench()).run(1_000)
    expect(bench.all('promote')).toEqual([])
  })

  it('never starts beside a third host that acts', () => {
    const bench = asked(targetBench()).step()
    bench.peer(THIRD).claim = acting(THIRD, 9)
    bench.run(1_000).message(FIRST, { type: 'grant', grant }).run(2_000)
    expect(bench.all('promote')).toEqual([])
  })

  it('refuses at the question what it could not take: the grant of a third host is open', () => {
    const bench = targetBench()
    bench.peer(THIRD).claim = claim({ grantedTo: CHAIN[3] })
    asked(bench.run(1_000))
    expect(bench.sent('refuse')).toMatchObject([{ reason: `${THIRD} may act` }])
    expect(bench.all('prepare')).toEqual([])
  })

  it('a late grant of an earlier move starts nothing, and spares the acceptance for the right one', () => {
    const bench = asked(targetBench()).step()
    bench.message(FIRST, { type: 'grant', grant: { ...grant, counter: 3 } }).step()
    expect(bench.all('promote')).toEqual([])
    bench.message(FIRST, { type: 'grant', grant }).step()
    expect(bench.all('promote')).toHaveLength(1)
  })

  it('never without standing', () => {
    const bench = asked(targetBench()).step().seeing().reach().run(3_000)
    bench.message(FIRST, { type: 'grant', grant }).run(1_000)
    expect(bench.all('promote')).toEqual([])
  })

  it('refuses when it is not ready, paused, or acts itself', () => {
    const notReady = asked(targetBench().health(null, { isReady: false }).step())
    expect(notReady.sent('refuse')).toMatchObject([{ reason: 'not-ready' }])
    const pause = { reason: 'work', by: 'operator', remainingMs: 60_000 }
    expect(asked(targetBench().command({ kind: 'pause', pause })).sent('refuse')).toMatchObject([{ reason: 'paused' }])
    expect(asked(actingBench(SECOND)).sent('refuse')).toMatchObject([{ reason: 'acting itself' }])
  })

  it('of the profile `seed` without witnesses it has the standing to take a grant at any moment of its slow probes', () => {
    for (let phase = 0; phase < 20; phase++) {
      const bench = targetBench({ timing: SEED_TIMING, witnesses: [], witnessQuorum: 0 }).run(10_000 + phase * 250)
      asked(bench).run(750)
      bench.message(FIRST, { type: 'grant', grant }).step()
      expect(bench.claim.state).toBe('acting')
    }
  })
})

describe('step-down and stop', () => {
  it('step-down gives the tenure to the first eligible host and stays away for as long as it said', () => {
    const bench = actingBench(FIRST)
    bench.peer(THIRD).claim = claim()
    bench.run(2_000)
    bench.command({ kind: 'step-down', forMs: 60_000, reason: 'test' }).step()
    expect(bench.all('send').at(-1)?.host).toBe(THIRD)
    accept(bench, THIRD).run(1_000)
    bench.peer(THIRD).claim = acting(THIRD, 2)
    bench.run(10_000)
    expect(bench.claim).toMatchObject({ state: 'standby', reason: 'stepped-down' })
    bench.run(50_000)
    expect(bench.claim.reason).toBeNull()
  })

  it('step-down ends the tenure also where nobody is there to take it, or the target is silent', () => {
    const alone = actingBench(FIRST).command({ kind: 'step-down', forMs: 60_000, reason: 'test' }).run(1_000)
    expect(alone.claim).toMatchObject({ state: 'standby', reason: 'stepped-down' })
    const silent = actingBench(FIRST)
    silent.peer(SECOND).claim = claim()
    silent.run(2_000).command({ kind: 'step-down', forMs: 60_000, reason: 'test' }).run(6_000)
    expect(silent.claim.state).toBe('standby')
  })

  it('stop is a handover, then standby for good', () => {
    const bench = actingBench(FIRST)
    bench.peer(SECOND).claim = claim()
    bench.run(2_000).command({ kind: 'stop' }).step()
    expect(bench.sent('handover')).toHaveLength(1)
    accept(bench, SECOND).run(1_000)
    expect(bench.sent('grant').length).toBeGreaterThan(0)
    bench.peer(SECOND).claim = ineligible('not-ready')
    bench.run(60_000)
    expect(bench.claim).toMatchObject({ state: 'standby', reason: 'stopping' })
  })

  it('a move that is under way becomes final when the agent is to end', () => {
    const bench = promote(actingBench(FIRST), SECOND)
    bench.command({ kind: 'stop' }).run(250)
    bench.message(SECOND, { type: 'refuse', policy: POLICY, epoch: epochOf(FIRST, 1), reason: 'lag' }).run(1_000)
    expect(bench.claim.state).toBe('standby')
  })
})

describe('promote by an operator', () => {
  it('of itself never beside a live leader nor without standing, by force neither', () => {
    const bench = new Bench(SECOND)
    bench.peer(FIRST).claim = acting(FIRST, 3)
    bench.run(10_000)
    const command = { kind: 'promote', policy: POLICY, host: SECOND, reason: 'test', isForced: true } as const
    expect(bench.command(command).run(10_000).all('promote')).toEqual([])
    bench.seeing().reach().run(10_000)
    expect(bench.command(command).run(10_000).all('promote')).toEqual([])
  })

  it('by force it ends back-off and step-down', () => {
    const bench = actingBench(FIRST)
    bench.peer(SECOND).claim = claim()
    bench.run(2_000).health(false).run(1_000)
    expect(bench.claim.reason).toBe('back-off')
    bench.command({ kind: 'promote', policy: POLICY, host: FIRST, reason: 'test', isForced: false }).run(1_000)
    expect(bench.claim.reason).toBe('back-off')
    bench.command({ kind: 'promote', policy: POLICY, host: FIRST, reason: 'test', isForced: true })
    bench.until('acting', 3_000)
  })
})
