import { describe, expect, it } from 'vitest'
import { toCoreSettings } from '../../src/index.js'
import { BOT, group, load, WITNESSES } from '../support/group-file.js'

const extras = { bootId: 'b00t', hasAmnesia: false, durableEpochs: { serve: 524_798n } }

async function settings(overrides: Readonly<Record<string, unknown>> = {}) {
  return toCoreSettings((await load(group(overrides))).config, 'spb', extras)
}

describe('the settings of the decision core', () => {
  it('are those of the file', async () => {
    const services = { bot: { ...BOT, promoteTimeoutMs: 1500 } }
    const core = await settings({ services, policies: { serve: { failback: 'manual', holdDownMs: 7 } } })
    expect(core).toMatchObject({
      ...{ group: 'montana-5', self: 'spb', bootId: 'b00t', hasAmnesia: false, witnessQuorum: 2 },
      hosts: ['amsterdam', 'moscow', 'almaty', 'spb', 'novosibirsk'],
      timing: {
        ...{ intervalMs: 1000, timeoutMs: 1000, misses: 3, confirmMs: 1000, isBurst: false },
        ...{ isolateAfterMs: 2000, killBudgetMs: 500, startupDelayMs: 3000, maxLagMs: 24_000 },
      },
      coordinator: { kind: 'chain', witnessQuorumFor: 'minority', withoutWitnesses: 'stop' },
    })
    expect(core.policies.serve).toEqual({
      name: 'serve',
      chain: ['amsterdam', 'almaty', 'spb', 'novosibirsk', 'moscow'],
      ...{ failback: 'manual', holdDownMs: 7, promoteMs: 1500, boundMs: 6500, durableEpoch: 524_798n },
    })
    expect(core.policies.coordinate).toMatchObject({ promoteMs: 2000, boundMs: 7000, durableEpoch: 0n })
    expect(core.configDigest).toMatch(/^[0-9a-f]{64}$/)
  })

  it('have the staleness and window of each witness: spec 4 and 7.3', async () => {
    const witnesses = [...WITNESSES.slice(0, 2), { kind: 'git', name: 'shared' }]
    const fast = await settings({ witnesses, maxSurvivorRecoveryMs: 20_000 })
    expect(fast.witnesses).toEqual([
      { name: 'w1', isSlow: false, stalenessMs: 4000, windowMs: 2000 },
      { name: 'w2', isSlow: false, stalenessMs: 4000, windowMs: 2000 },
      { name: 'shared', isSlow: true, stalenessMs: 13_000, windowMs: 8000 },
    ])
    const seed = await settings({ witnesses, profile: 'seed' })
    expect(seed.witnesses.map(({ stalenessMs }) => stalenessMs)).toEqual([4000, 4000, 13_000])
    for (const { windowMs, stalenessMs } of fast.witnesses) expect(windowMs).toBeLessThan(stalenessMs)
  })

  it('have the worst bound, and of etcd what the core needs', async () => {
    const git = [{ kind: 'git' }]
    expect((await settings({ witnesses: git, maxSurvivorRecoveryMs: 20_000 })).policies.serve?.boundMs).toBe(18_000)
    const coordinator = { kind: 'etcd', endpoints: ['https://e.example'], ttlSeconds: 3, isShared: true }
    expect((await settings({ coordinator })).coordinator).toEqual({ kind: 'etcd', ttlMs: 3000, isShared: true })
  })
})
