import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type GroupConfig, loadGroupConfig, PRESETS, PROFILES } from '../../src/index.js'
import { BOT, file, group, HOSTS, load, refusal } from '../support/group-file.js'

const DEPLOY = join(import.meta.dirname, '..', '..', '..', '..', 'deploy')
const SINGLE = [
  ['amsterdam', '192.0.2.10'],
  ['moscow', '192.0.2.20'],
  ['almaty', '192.0.2.30'],
  ['spb', '192.0.2.40'],
  ['novosibirsk', '192.0.2.50'],
]

const fromDeploy = async (name: string) => (await loadGroupConfig(join(DEPLOY, name))).config
const pairs = ({ hosts, policies }: GroupConfig, policy: string) =>
  policies[policy]?.chain.map((host) => [host, hosts[host]?.address])

describe('presets', () => {
  it('LE01 the chain is five pairs of name and address', async () => {
    expect(pairs(await fromDeploy('failover.single-chain.example.yaml'), 'serve')).toEqual(SINGLE)
    const mirror = await fromDeploy('failover.example.yaml')
    expect(pairs(mirror, 'serve')?.toSorted()).toEqual(SINGLE.toSorted())
    expect(pairs(mirror, 'coordinate')?.toSorted()).toEqual(SINGLE.toSorted())
  })

  it('LE02 the order of the single chain, and of both chains of three-mirror', async () => {
    const { config } = await load(group({ preset: 'single-chain' }))
    expect(config.policies.serve?.chain).toEqual(['amsterdam', 'moscow', 'almaty', 'spb', 'novosibirsk'])
    const { policies } = (await load()).config
    expect(policies.serve?.chain).toEqual(['amsterdam', 'almaty', 'spb', 'novosibirsk', 'moscow'])
    expect(policies.coordinate?.chain).toEqual(['moscow', 'almaty', 'spb', 'novosibirsk', 'amsterdam'])
  })

  it('LE03 the first is amsterdam with 192.0.2.10; moscow is first to coordinate', async () => {
    expect(pairs(await fromDeploy('failover.single-chain.example.yaml'), 'serve')?.[0]).toEqual(SINGLE[0])
    const mirror = await fromDeploy('failover.example.yaml')
    expect(pairs(mirror, 'serve')?.[0]).toEqual(SINGLE[0])
    expect(pairs(mirror, 'coordinate')?.[0]).toEqual(SINGLE[1])
  })

  it('LE04 interval 5, timeout 2 and start delay 3 are the profile seed', async () => {
    const { profile, startupDelayMs } = (await load(group({ profile: 'seed' }))).config
    expect([profile.intervalMs, profile.timeoutMs, startupDelayMs]).toEqual([5000, 2000, 3000])
  })

  it('LE05 without policies the chain is that of the preset', async () => {
    expect(Object.keys((await load(group({ policies: undefined }))).config.policies)).toEqual(['serve', 'coordinate'])
  })

  it('LE06 a given chain of two is used as it is; the other policy stays that of the preset', async () => {
    const { policies } = (await load(group({ policies: { serve: { chain: ['spb', 'moscow'] } } }))).config
    expect(policies.serve?.chain).toEqual(['spb', 'moscow'])
    expect(policies.coordinate?.chain).toEqual(PRESETS['three-mirror'].coordinate)
  })

  it('LE08 chains and profiles are equal copies, never the same object', async () => {
    const [one, two] = [await load(group({ profile: 'fast' })), await load()]
    expect(one.config.policies.serve?.chain).toEqual(PRESETS['three-mirror'].serve)
    expect(one.config.policies.serve?.chain).not.toBe(PRESETS['three-mirror'].serve)
    expect(one.config.policies.serve?.chain).not.toBe(two.config.policies.serve?.chain)
    expect(one.config.profile).toEqual(PROFILES.fast)
    expect([one.config.profile, two.config.profile].includes(PROFILES.fast)).toBe(false)
    expect(one.config.coordinator).not.toBe(two.config.coordinator)
  })

  it('explicit values win over a preset, one by one', async () => {
    const policies = { serve: { failback: 'never', holdDownMs: 5 }, extra: { chain: ['spb'] } }
    const { config } = await load(group({ policies }))
    const { chain, ...rest } = config.policies.serve ?? {}
    expect(chain).toEqual(PRESETS['three-mirror'].serve)
    expect(rest).toEqual({ name: 'serve', failback: 'never', holdDownMs: 5, fenceRef: null })
    expect(Object.keys(config.policies)).toEqual(['serve', 'coordinate', 'extra'])
  })
})

describe('the example of the spec', () => {
  it('is accepted with a third http witness in the place of the etcd one', async () => {
    const text = `
group: montana-5
domain: montana.network
preset: three-mirror
registry: /etc/montana/nodes.json
hosts:
  amsterdam: { address: 192.0.2.10, domainOfFailure: { provider: p1, country: NL } }
  moscow: { address: 192.0.2.20 }
  almaty: { address: 192.0.2.30 }
  spb: { address: 192.0.2.40 }
  novosibirsk: { address: 192.0.2.50 }
policies:
  serve: { chain: [amsterdam, almaty, spb, novosibirsk, moscow], failback: auto, fenceRef: refs/montana/epoch }
services:
  bot: { policy: serve, run: { unit: example-bot.service }, standby: warm, health: { kind: http, url: "http://127.0.0.1:9000/health" },
         promoteTimeoutMs: 2000, effects: { survivor: idempotent } }
profile: fast
maxRecoveryMs: 10000
maxSurvivorRecoveryMs: 10000
coordinator: { kind: chain }
witnesses: [ { kind: http, url: "https://w1.example" }, { kind: git, remote: origin }, { kind: http, url: "https://w3.example" } ]
`
    const { config, warnings } = await loadGroupConfig(file(text))
    expect(warnings.map(({ code, field }) => `${code} ${field}`)).toEqual(['STANDBY_COLD services.bot.standby'])
    expect(config.witnesses.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['w1 http', 'w2 git', 'w3 http'])
    expect(config.hosts.amsterdam?.domainOfFailure).toEqual({ provider: 'p1', country: 'NL' })
    const etcd = await refusal(
      file(text.replace('kind: git, remote: origin', 'kind: etcd, endpoints: [https://w.example]')),
    )
    expect(etcd).toMatchObject({ field: 'witnesses.1.kind', message: expect.stringMatching(/not built/) })
  })
})

describe('defaults', () => {
  it('are those of the spec', async () => {
    const { config } = await load(group({ services: { bot: BOT } }))
    expect(config).toMatchObject({
      maxRecoveryMs: 10_000,
      maxSurvivorRecoveryMs: 10_000,
      isolateAfterMs: 2000,
      killBudgetMs: 500,
      maxLagMs: 24_000,
      profile: { name: 'fast', intervalMs: 1000, timeoutMs: 1000, misses: 3, confirmMs: 1000, promoteMs: 2000 },
      coordinator: { kind: 'chain', witnessQuorumFor: 'minority', withoutWitnesses: 'stop' },
      witnessQuorum: 2,
      channel: { port: 19_333, keyExchange: 'require' },
      status: { host: '127.0.0.1', port: 8889 },
      services: {
        bot: { healthFailures: 3, promoteTimeoutMs: 2000, localRestarts: 0, effects: { survivor: 'idempotent' } },
      },
    })
    expect(config).not.toHaveProperty('preset')
    expect(config.witnesses.map(({ name }) => name)).toEqual(['w1', 'w2', 'w3'])
    expect(config.services.bot?.health).toEqual([BOT.health])
  })

  it('the digest is the SHA-256 of the file; relative paths start at its folder', async () => {
    const { config } = await load(group({ stateDir: 'state', registry: 'registry.json', group: 'a' }))
    const other = await load(group({ stateDir: 'state', registry: 'registry.json', group: 'a' }))
    expect(config.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(config.digest).toBe(other.config.digest)
    expect(config.registry).toMatch(/^\/.*\/registry\.json$/)
    expect(config.identityDir).toBe(`${config.stateDir}/identity`)
  })

  it('an etcd endpoint at an address of the group is shared, unless the file says otherwise', async () => {
    const etcd = (rest: object) => load(group({ coordinator: { kind: 'etcd', ...rest }, services: {} }))
    const inside = { endpoints: ['https://e1.example:2379', 'https://192.0.2.20:2379'] }
    expect((await etcd(inside)).config.coordinator).toMatchObject({ isShared: true, ttlSeconds: 4 })
    expect((await etcd({ ...inside, isShared: false })).config.coordinator).toMatchObject({ isShared: false })
    expect((await etcd({ endpoints: ['https://e1.example'] })).config.coordinator).toMatchObject({ isShared: false })
  })

  it('a host may have a port of its own', async () => {
    const hosts = { ...HOSTS, spb: { address: '192.0.2.40', port: 5000 } }
    const { config } = await load(group({ hosts, channel: { port: 4000 } }))
    expect([config.hosts.spb?.port, config.hosts.moscow?.port]).toEqual([5000, 4000])
  })
})
