import { describe, expect, it } from 'vitest'
import { statusOf } from '../../src/agent/status.js'
import type { GroupConfig } from '../../src/index.js'
import { actingBench, Bench } from '../core/support/bench.js'
import { CHAIN, ineligible, POLICY } from '../core/support/settings.js'

const config = {
  group: 'group',
  digest: 'a'.repeat(64),
  hosts: Object.fromEntries(CHAIN.map((host) => [host, {}])),
  policies: { [POLICY]: { chain: CHAIN } },
  coordinator: { kind: 'chain' },
} as unknown as GroupConfig

function statusAsSeenBy(bench: Bench) {
  return statusOf({
    config,
    self: bench.settings.self,
    nowMs: bench.nowMs,
    upMs: 1,
    decisions: bench.turn.policies,
    boundsMs: {},
    since: {},
    peers: {},
    witnesses: {},
    breathing: null,
    pause: null,
    loopGapMs: 0,
    diagnoses: {},
    transitions: () => [],
  })
}

describe('the status', () => {
  it('says of its own host what the policy says', () => {
    const { hosts, policies } = statusAsSeenBy(actingBench('amsterdam'))
    expect(policies[POLICY]).toMatchObject({ isEligible: true, reason: null })
    expect(hosts.amsterdam).toMatchObject({ isSelf: true, isAlive: true, isEligible: { [POLICY]: true }, reason: null })
    expect(hosts.amsterdam).toMatchObject({ states: { [POLICY]: 'acting' }, lagMs: 0 })
  })

  it('says for how long a host may act yet, and nothing of it while another does', () => {
    const remainingMs = statusAsSeenBy(actingBench('amsterdam')).policies[POLICY]?.leaseRemainingMs
    expect(remainingMs).toBeGreaterThan(0)
    expect(remainingMs).toBeLessThanOrEqual(2_000)
    expect(statusAsSeenBy(new Bench('almaty')).policies[POLICY]?.leaseRemainingMs).toBeNull()
  })

  it('says why a host is not eligible, itself included', () => {
    const bench = new Bench('almaty')
    bench.peer('moscow').claim = ineligible('lag')
    bench.seeing('moscow').run(1_000)
    const { hosts } = statusAsSeenBy(bench)
    expect(hosts.almaty).toMatchObject({ isEligible: { [POLICY]: false }, reason: 'starting' })
    expect(hosts.moscow).toMatchObject({ isEligible: { [POLICY]: false }, reason: 'lag' })
  })
})
