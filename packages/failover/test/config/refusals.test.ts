import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FleetError } from '@montana/fleet'
import { describe, expect, it } from 'vitest'
import type { PeerRegistry } from '../../src/index.js'
import { BOT, file, group, HOSTS, load, problems, problemsOf, refusal, WITNESSES } from '../support/group-file.js'

const serve = (rest: object) => ({ policies: { serve: rest } })
const bot = (rest: object) => ({ services: { bot: { ...BOT, ...rest } } })
const FIVE_TWO_TWO = { intervalMs: 5000, timeoutMs: 2000, misses: 2 }

/** Settings, then code, field and message of the only problem. */
const REFUSALS: readonly (readonly [string, object, string, string, string | RegExp])[] = [
  ['LE22 an empty chain', serve({ chain: [] }), 'CHAIN_EMPTY', 'policies.serve.chain', 'the chain of serve is empty'],
  ['no policy at all', { preset: 'none' }, 'CHAIN_EMPTY', 'policies', 'there is no policy'],
  [
    'a host twice in a chain',
    serve({ chain: ['spb', 'moscow', 'spb'] }),
    'CHAIN_DUPLICATE',
    'policies.serve.chain',
    'spb is in the chain twice',
  ],
  [
    'an unknown host in a chain',
    serve({ chain: ['moscow', 'almatty'] }),
    'HOST_UNKNOWN',
    'policies.serve.chain',
    'almatty is in the chain, but not in hosts',
  ],
  [
    'two hosts with one address, however written',
    {
      ...serve({ chain: ['a', 'b'] }),
      preset: 'none',
      hosts: { a: { address: '2001:db8::1' }, b: { address: '2001:DB8:0:0::1' } },
    },
    'ADDRESS_DUPLICATE',
    'hosts.b.address',
    'a and b have one address, 2001:db8::1',
  ],
  [
    'two policies with one fenceRef',
    { policies: { serve: { fenceRef: 'refs/montana/epoch' }, coordinate: { fenceRef: 'refs/montana/epoch' } } },
    'FENCE_REF_SHARED',
    'policies.coordinate.fenceRef',
    'serve and coordinate have one fenceRef, refs/montana/epoch',
  ],
  ['a service without policy', bot({ policy: undefined }), 'SERVICE_POLICY', 'services.bot.policy', /has no policy/],
  [
    'a service of no policy',
    bot({ policy: 'server' }),
    'SERVICE_POLICY',
    'services.bot.policy',
    /names the policy server/,
  ],
  ['a service without health', bot({ health: undefined }), 'SERVICE_HEALTH', 'services.bot.health', /no health check/],
  ['a service with an empty health', bot({ health: [] }), 'SERVICE_HEALTH', 'services.bot.health', /no health check/],
  [
    'an age without the counter that it is of',
    bot({ health: { ...BOT.health, maxAgeMs: 1000 } }),
    'SERVICE_HEALTH',
    'services.bot.health',
    /without the progressField/,
  ],
  ['a service that nothing runs', bot({ run: undefined }), 'SERVICE_RUN', 'services.bot.run', /exactly one way/],
  [
    'a service that runs in two ways',
    bot({ run: { unit: 'a.service', command: ['a'] } }),
    'SERVICE_RUN',
    'services.bot.run',
    /exactly one way/,
  ],
  [
    'a witness quorum that is no majority',
    { witnessQuorum: 1 },
    'WITNESS_QUORUM',
    'witnessQuorum',
    'a quorum of 1 is no majority of 3 witnesses',
  ],
  ['a witness quorum of more than there are', { witnessQuorum: 4 }, 'WITNESS_QUORUM', 'witnessQuorum', /quorum of 4/],
  [
    'a quorum without witnesses',
    { witnesses: [], witnessQuorum: 1 },
    'WITNESS_QUORUM',
    'witnessQuorum',
    /of 0 witnesses/,
  ],
  [
    'an unsafe quorum of none',
    { witnessQuorum: 0, unsafeWitnessQuorum: true },
    'WITNESS_QUORUM',
    'witnessQuorum',
    /quorum of 0/,
  ],
  [
    'a quorum for every leader without witnesses',
    { witnesses: [], coordinator: { kind: 'chain', witnessQuorumFor: 'always' } },
    'WITNESS_QUORUM',
    'coordinator.witnessQuorumFor',
    /there is no witness/,
  ],
  [
    'two witnesses of one name',
    { witnesses: [...WITNESSES, { kind: 'http', url: 'https://w4.example', name: 'w2' }] },
    'WITNESS_DUPLICATE',
    'witnesses',
    'two witnesses have the name w2',
  ],
  [
    'a bound of a service',
    bot({ healthFailures: 5, healthIntervalMs: 2000 }),
    'BOUND',
    'services.bot.healthIntervalMs',
    'BOUND serve/bot: 5 failures × 2.0 + timeout 1.0 + kill 0.5 + promote 2.0 = 13.5 s > maxRecoveryMs 10.0 s; with these timeouts the health interval must be below 1.3 s',
  ],
  [
    'restarts in place that no longer fit',
    bot({ localRestarts: 2 }),
    'BOUND',
    'services.bot.healthIntervalMs',
    /2 restarts × 2\.5 \+ kill 0\.5 \+ promote 2\.0 = 11\.5 s > maxRecoveryMs 10\.0 s/,
  ],
  [
    'a slow witness where the quorum needs it',
    { ...serve({}), preset: 'single-chain', witnesses: [{ kind: 'git' }] },
    'SURVIVOR_BOUND',
    'maxSurvivorRecoveryMs',
    'SURVIVOR_BOUND serve: staleness 13.0 + confirm 3.0 + promote 2.0 = 18.0 s > maxSurvivorRecoveryMs 10.0 s; maxSurvivorRecoveryMs must be above 18.0 s, or a fast quorum must be faster',
  ],
  [
    'a successor that could begin before the old leader stopped',
    { isolateAfterMs: 2001 },
    'OVERLAP',
    'isolateAfterMs',
    'OVERLAP: isolate 2.001 + kill 0.5 + margin 0.5 = 3.001 s > 3.0 s = 2 intervals × 1.0 + timeout 1.0; with these timeouts isolateAfterMs must be at most 2000',
  ],
]

describe('a configuration is refused for', () => {
  it.each(REFUSALS)('%s', async (_, settings, code, field, message) => {
    const error = await refusal(file(JSON.stringify(group({ ...settings }))))
    expect(error).toMatchObject({ exitCode: 78, code, field, remedy: expect.stringMatching(/./) })
    expect(problemsOf(error)).toHaveLength(1)
    expect(problemsOf(error)[0]).toMatchObject({ code, field, remedy: error.remedy })
    if (typeof message === 'string') expect(problemsOf(error)[0]?.message).toBe(message)
    else expect(problemsOf(error)[0]?.message).toMatch(message)
    expect(error.message).toContain(problemsOf(error)[0]?.message)
  })

  it('a bound that is not below the limit, with the arithmetic of the spec', async () => {
    const profile = FIVE_TWO_TWO
    const [found, ...others] = await problems(group({ preset: 'single-chain', profile, witnesses: [] }))
    expect(found?.message).toBe(
      'BOUND serve: 2 misses × 5.0 + timeout 2.0 + confirm 1.0 + promote 2.0 = 15.0 s > maxRecoveryMs 10.0 s; with these timeouts the interval must be below 2.5 s',
    )
    expect([found?.code, found?.field, others]).toEqual(['BOUND', 'profile', []])
  })

  it('a bound equal to the limit', async () => {
    const profile = { ...FIVE_TWO_TWO, intervalMs: 2500 }
    const [found] = await problems(group({ profile }))
    expect(found?.message).toMatch(
      /= 10\.0 s ≥ maxRecoveryMs 10\.0 s; with these timeouts the interval must be below 2\.5 s/,
    )
    await load(group({ profile: { ...profile, intervalMs: 2499 } }))
  })

  it('timeouts that no interval helps', async () => {
    const [found] = await problems(group({ profile: { ...FIVE_TWO_TWO, timeoutMs: 7000 } }))
    expect(found?.message).toMatch(/no value of the interval is small enough$/)
  })

  it('a lease that outlives the promise', async () => {
    const coordinator = { kind: 'etcd', endpoints: ['https://e1.example'], ttlSeconds: 5, isShared: true }
    const [found] = await problems(group({ preset: 'single-chain', coordinator }))
    expect(found).toMatchObject({ code: 'BOUND', field: 'coordinator.ttlSeconds' })
    expect(found?.message).toBe(
      'BOUND serve: TTL 5.0 + expiry 3.0 + acquire 0.5 + promote 2.0 = 10.5 s > maxRecoveryMs 10.0 s; with these timeouts the TTL must be below 4.5 s',
    )
    await load(group({ coordinator: { ...coordinator, ttlSeconds: 4 } }))
  })

  it('two hosts with one key; a revoked key does not count', async () => {
    const key = (byte: number, isRevoked = false) => {
      return { keyType: 'ml-dsa-65' as const, publicKey: new Uint8Array(1952).fill(byte), isRevoked }
    }
    const keys: Record<string, ReturnType<typeof key>[]> = {
      amsterdam: [key(1), key(9)],
      moscow: [key(2), key(9, true)],
      almaty: [key(3)],
      spb: [key(4)],
      novosibirsk: [key(5)],
    }
    const registry: PeerRegistry = { keysOf: (host) => keys[host] ?? [], onChange: () => () => {} }
    const openRegistry = async () => registry
    await load(group(), { openRegistry })
    keys.spb = [key(1)]
    const [found, ...others] = await problems(group(), { openRegistry })
    expect(found).toMatchObject({ code: 'KEY_DUPLICATE', field: 'registry', remedy: expect.stringMatching(/./) })
    expect([found?.message, others]).toEqual(['amsterdam and spb have one key in the registry', []])
    const closed = async () => {
      throw new FleetError('DOC_SIGNATURES', 'too few')
    }
    await expect(load(group(), { openRegistry: closed })).rejects.toMatchObject({ code: 'DOC_SIGNATURES' })
    await expect(load(group({ witnessQuorum: 1 }), { openRegistry: closed })).rejects.toMatchObject({
      code: 'WITNESS_QUORUM',
    })
    keys.spb = []
    const { warnings } = await load(group(), { openRegistry })
    expect(warnings).toMatchObject([{ code: 'HOST_UNREGISTERED', field: 'hosts.spb' }])
  })
})

describe('unknown keys', () => {
  it.each([
    ['hots', 'hosts', { hots: {} }],
    ['services.bot.helth', 'health', bot({ helth: 1 })],
    ['policies.serve.failbak', 'failback', serve({ failbak: 'auto' })],
    [
      'profile.interval_ms',
      'intervalMs',
      { profile: { intervalMs: 1000, timeoutMs: 1000, misses: 3, interval_ms: 1 } },
    ],
    ['witnesses.1.uri', 'url', { witnesses: [WITNESSES[0], { ...WITNESSES[1], uri: 'x' }, WITNESSES[2]] }],
    ['hosts.spb.adress', 'address', { hosts: { ...HOSTS, spb: { ...HOSTS.spb, adress: 'x' } } }],
  ])('%s is refused and names %s', async (field, near, settings) => {
    const found = await problems(group(settings))
    expect(found).toMatchObject([{ code: 'KEY_UNKNOWN', field, remedy: `write '${near}', or remove it` }])
  })

  it('far from every key are refused with the list, and the guide knows every key of it', async () => {
    const [found] = await problems(group({ zzzzzz: 1 }))
    const [, list = ''] = /^remove it; known here: (.*)$/.exec(found?.remedy ?? '') ?? []
    expect(list).toMatch(/^group, domain, preset, self,/)
    const guide = readFileSync(join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'failover.md'), 'utf8')
    const explained = list.split(', ').filter((key) => new RegExp(`\`${key}(\\.NAME)?\``).test(guide))
    expect(explained).toEqual(list.split(', '))
  })
})

describe('all problems are listed at once', () => {
  it('with field and remedy each, of values, chains, hosts and services alike', async () => {
    const settings = group({
      hots: {},
      maxRecoveryMs: 'ten',
      policies: { serve: { chain: ['amsterdam', 'amsterdam'] }, coordinate: { chain: [] }, other: { chain: 7 } },
      hosts: { ...HOSTS, spb: { address: '192.0.2.10' }, almaty: { address: 'almaty.example' } },
      services: { bot: { ...BOT, policy: 'none', health: [] } },
      witnessQuorum: 1,
    })
    const error = await refusal(file(JSON.stringify(settings)))
    const found = problemsOf(error)
    expect(found.map(({ code, field }) => `${code} ${field}`)).toEqual([
      'KEY_UNKNOWN hots',
      'CONFIG_INVALID hosts.almaty.address',
      'CONFIG_INVALID policies.other.chain',
      'CONFIG_INVALID maxRecoveryMs',
      'CHAIN_DUPLICATE policies.serve.chain',
      'CHAIN_EMPTY policies.coordinate.chain',
      'ADDRESS_DUPLICATE hosts.spb.address',
      'SERVICE_POLICY services.bot.policy',
      'SERVICE_HEALTH services.bot.health',
      'WITNESS_QUORUM witnessQuorum',
    ])
    expect(error).toMatchObject({ code: 'KEY_UNKNOWN', exitCode: 78 })
    for (const { field, message, remedy } of found)
      expect(error.message).toContain(`  ${field}: ${message}; ${remedy}\n`)
  })

  it('bounds of both policies beside a chain that is wrong', async () => {
    const found = await problems(group({ profile: FIVE_TWO_TWO, policies: { coordinate: { chain: ['spb', 'spb'] } } }))
    expect(found.map(({ code }) => code)).toEqual([
      ...['CHAIN_DUPLICATE', 'BOUND', 'SURVIVOR_BOUND', 'BOUND', 'SURVIVOR_BOUND'],
    ])
  })
})

describe('values', () => {
  it.each([
    ['group', { group: 'Montana 5' }, /"Montana 5" is not a name of 1 to 32/],
    ['group', { group: undefined }, /group is missing/],
    ['hosts', { hosts: {} }, /there is no host/],
    ['hosts', { hosts: [] }, /is not a map of hosts/],
    ['maxRecoveryMs', { maxRecoveryMs: 99 }, /99 is not a whole number of milliseconds from 100 to 600000/],
    ['maxRecoveryMs', { maxRecoveryMs: 1e21 }, /is not a whole number/],
    ['profile', { profile: 'quick' }, /"quick" is not one of fast, seed/],
    ['profile.timeoutMs', { profile: { intervalMs: 1000, misses: 3 } }, /profile.timeoutMs is missing/],
    ['profile.misses', { profile: { intervalMs: 1000, timeoutMs: 1000, misses: 1.5 } }, /1.5 is not a whole number/],
    ['witnesses.0.kind', { witnesses: [{ kind: 'etcd' }], profile: 'fast' }, /etcd as a witness is not built/],
    ['witnesses.0.url', { witnesses: [{ kind: 'http', url: 'https://a:b@w1.example' }] }, /without user and password/],
    [
      'coordinator.onCoordinatorLoss',
      { coordinator: { kind: 'etcd', endpoints: ['https://e.example'], onCoordinatorLoss: 'survivor' } },
      /"survivor" is not one of stop/,
    ],
    ['services.bot.run.unit', bot({ run: { unit: '../x.service' } }), /systemd unit/],
    ['services.bot.run.command', bot({ run: { command: 'sh -c x' } }), /is not a list of 1 to 64 words/],
    ['services.bot.health.0.kind', bot({ health: [{ kind: 'ping' }] }), /kind: command, http, tcp or unit/],
    ['policies.serve.fenceRef', serve({ fenceRef: 'refs/a/../b' }), /git ref/],
    ['hosts.constructor', { hosts: { ...HOSTS, constructor: 5 } }, /5 is not a map with an address/],
  ])('%s: %j', async (field, settings, message) => {
    const found = await problems(group(settings))
    expect(found[0]).toMatchObject({ code: 'CONFIG_INVALID', field, remedy: expect.stringMatching(/./) })
    expect(found[0]?.message).toMatch(message)
  })

  it.each(['https://a:hunter2@w1.example', 'https://a:hun/hunter2@w1.example', 'ssh://hunter2@w1.example'])(
    'the password of %s does not stand in its refusal',
    async (url) => {
      const [found] = await problems(group({ witnesses: [{ kind: 'http', url }] }))
      expect(found).toMatchObject({ field: 'witnesses.0.url', message: expect.stringContaining('w1.example') })
      expect(JSON.stringify(found)).not.toContain('hunter2')
    },
  )

  it('numbers that JSON has no word for are shown as they are', async () => {
    const text = JSON.stringify(group({ maxRecoveryMs: 99 })).replace('"maxRecoveryMs":99', '"maxRecoveryMs": .nan')
    expect(problemsOf(await refusal(file(text)))[0]?.message).toMatch(/^maxRecoveryMs NaN is not a whole number/)
  })

  it('a name of an object of the language is a host like any other', async () => {
    const found = await problems(group({ policies: { serve: { chain: ['constructor'] } } }))
    expect(found[0]).toMatchObject({ code: 'HOST_UNKNOWN', message: expect.stringMatching(/^constructor/) })
  })
})

describe('a file is refused', () => {
  it.each<[string, string | Uint8Array, RegExp]>([
    ['that is empty', '', /is not a map of settings/],
    ['that is a list', '- a', /is not a map of settings/],
    ['that is no YAML', 'a: [', /is not YAML/],
    ['with a key twice', 'group: a\ngroup: b\n', /Map keys must be unique/],
    ['of two documents', 'group: a\n---\ngroup: b\n', /is not YAML/],
    ['with a tag of unknown meaning', 'group: !!js/function x\n', /is not YAML/],
    ['that is no UTF-8', new Uint8Array([0x67, 0x3a, 0x20, 0xff]), /is not YAML/],
    ['that is larger than 64 KiB', `# ${'x'.repeat(64 * 1024)}`, /is larger than 65536 bytes/],
    ['that is nested too deeply', '['.repeat(60_000), /is not YAML/],
    ['whose aliases grow', aliasBomb(), /Excessive alias count/],
  ])('%s', async (_, content, message) => {
    const error = await refusal(file(content))
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', field: 'config', exitCode: 78 })
    expect(error.message).toMatch(message)
  })

  it('that does not exist, or never ends', async () => {
    expect((await refusal('/nowhere/failover.yaml')).message).toMatch(/cannot be read \(ENOENT\)/)
    expect((await refusal('/dev/zero')).message).toMatch(/is larger than 65536 bytes/)
  })
})

function aliasBomb(): string {
  const level = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(`*${of}`).join(', ')}]`
  return ['a: &a [x, x, x, x, x, x, x, x, x]', level('b', 'a'), level('c', 'b'), level('d', 'c')].join('\n')
}
