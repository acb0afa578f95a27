import { describe, expect, it } from 'vitest'
import { environmentWarnings } from '../../src/index.js'
import { BOT, group, HOSTS, load, WITNESSES } from '../support/group-file.js'

async function codes(settings: Readonly<Record<string, unknown>> = {}): Promise<string[]> {
  return (await load(group(settings))).warnings.map(({ code }) => code)
}

const git = { kind: 'git' }
const WARM = {
  start: 'http://127.0.0.1:1/start',
  stop: 'http://127.0.0.1:1/stop',
  prepare: 'http://127.0.0.1:1/prepare',
}
const slowly = { maxSurvivorRecoveryMs: 20_000 }
const domains = (...countries: string[]) => {
  const hosts = Object.entries(HOSTS).map(([name, host], index) => {
    return [name, { ...host, domainOfFailure: { country: countries[index] ?? 'XX', provider: `p${index}` } }]
  })
  return { hosts: Object.fromEntries(hosts) }
}

describe('warnings', () => {
  it('are none for five hosts with three fast witnesses elsewhere', async () => {
    expect(await codes()).toEqual([])
    expect(await codes(domains('NL', 'NL', 'RU', 'RU', 'KZ'))).toEqual([])
  })

  it.each<[string, string[], Readonly<Record<string, unknown>>]>([
    ['a failure domain that holds a majority', ['DOMAIN_MAJORITY'], domains('NL', 'RU', 'KZ', 'RU', 'RU')],
    ['no witness', ['WITNESS_NONE'], { witnesses: [] }],
    ['one witness', ['WITNESS_ONE'], { witnesses: WITNESSES.slice(0, 1) }],
    ['one witness that is slow', ['WITNESS_ONE', 'WITNESS_SLOW'], { witnesses: [git], ...slowly }],
    ['only slow witnesses', ['WITNESS_SLOW'], { witnesses: [git, git, git], ...slowly }],
    ['a slow one beside a fast one', [], { witnesses: [...WITNESSES.slice(0, 1), git], ...slowly }],
    [
      'a witness on a host',
      ['WITNESS_INSIDE'],
      { witnesses: [...WITNESSES, { kind: 'http', url: 'http://192.0.2.40:1' }] },
    ],
    ['an unsafe quorum', ['UNSAFE_QUORUM'], { witnessQuorum: 1, unsafeWitnessQuorum: true }],
    ['an unsafe quorum that is safe', [], { witnessQuorum: 2, unsafeWitnessQuorum: true }],
    [
      'leading without witnesses',
      ['WITNESS_NONE', 'UNSAFE_LEAD'],
      { witnesses: [], coordinator: { kind: 'chain', withoutWitnesses: 'lead' } },
    ],
    ['etcd on the hosts', ['ETCD_INSIDE'], { coordinator: { kind: 'etcd', endpoints: ['http://192.0.2.10:2379'] } }],
    ['etcd elsewhere', [], { coordinator: { kind: 'etcd', endpoints: ['http://e1.example:2379'] }, witnesses: [] }],
    [
      'a chain without a host',
      ['CHAIN_PARTIAL'],
      { policies: { serve: { chain: ['spb', 'almaty', 'amsterdam', 'moscow'] } } },
    ],
    ['a name in the file', ['SELF_IN_FILE'], { self: 'spb' }],
    ['a command that is called warm', ['STANDBY_COLD'], { services: { bot: { ...BOT, standby: 'warm' } } }],
    ['a warm service', [], { services: { bot: { ...BOT, standby: 'warm', run: { http: WARM } } } }],
  ])('%s', async (_, expected, settings) => {
    expect(await codes(settings)).toEqual(expected)
  })

  it('are none where a failure domain holds half', async () => {
    const country = (name: string) => ({ domainOfFailure: { country: name } })
    const hosts = Object.entries(HOSTS).slice(0, 4)
    const halves = hosts.map(([name, host], index) => [name, { ...host, ...country(index < 2 ? 'RU' : 'KZ') }])
    const chain = hosts.map(([name]) => name)
    const settings = { preset: 'none', policies: { serve: { chain } } }
    expect(await codes({ ...settings, hosts: Object.fromEntries(halves) })).toEqual([])
    const [first = ''] = chain
    const alone = { [first]: { ...HOSTS.amsterdam, ...country('NL') } }
    expect(await codes({ ...settings, policies: { serve: { chain: [first] } }, hosts: alone })).toEqual([])
  })

  it('say what follows and what to do', async () => {
    const [found] = (await load(group({ witnesses: [] }))).warnings
    expect(found).toMatchObject({ field: 'witnesses', remedy: expect.stringMatching(/three fast witnesses/) })
    expect(found?.message).toMatch(/"4 of 5" does not hold/)
  })
})

describe('the environment', () => {
  it('names what nothing reads, and tokens, but never their values', async () => {
    const environment = {
      ...{ NODE_ID: 'secret', NODE_MODE: 'secret', NODE_NAME: '', MONTANA_NODE_ID: 'secret', MONTANA_NODE_NAME: 'spb' },
      ...{ TELEGRAM_TOKEN_JUNONA: 'secret', THOUGHTS_BOT_TOKEN: 'secret', OPENAI_API_KEY: 'secret', PATH: '/bin' },
    }
    const found = environmentWarnings(environment)
    expect(found.map(({ code, field }) => `${code} ${field}`)).toEqual([
      ...['NODE_ID', 'NODE_MODE', 'NODE_NAME', 'MONTANA_NODE_ID'].map((name) => `ENVIRONMENT_IGNORED ${name}`),
      ...['TELEGRAM_TOKEN_JUNONA', 'THOUGHTS_BOT_TOKEN', 'OPENAI_API_KEY'].map((name) => `ENVIRONMENT_TOKEN ${name}`),
    ])
    expect(JSON.stringify(found)).not.toContain('secret')
    expect((await load(group(), { environment })).warnings).toEqual(found)
  })
})
