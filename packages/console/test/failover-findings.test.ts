import { describe, expect, it } from 'vitest'
import type { FailoverGroupView } from '../src/api/failover-views.js'
import { failoverViewSchema } from '../src/api/schema/failover.js'
import { type AgentInit, agent, agentStatus, CHAIN, epochOf, type Host } from './support/agent.js'
import { ask, started } from './support/console.js'

type Status = ReturnType<typeof agentStatus>
type Policy = Status['policies']['serve']
type Agent = AgentInit & {
  readonly policy?: Partial<Policy>
  readonly witnesses?: Readonly<Record<string, boolean>>
  readonly unfit?: string
}

const ALL = { w1: true, w2: true, w3: true }

function statusOf({ policy, witnesses = ALL, unfit, ...init }: Agent) {
  const status = agentStatus(init)
  const own = status.hosts[init.self]
  if (own && unfit !== undefined) own.isEligible.serve = false
  const reason = unfit ?? null
  const seen = Object.entries(witnesses).map(([name, isAnswering]) => [name, { isAnswering, lastAnswerMs: 1 }])
  return {
    ...status,
    policies: { serve: { ...status.policies.serve, reason, ...policy } },
    witnesses: Object.fromEntries(seen),
  }
}

async function judged(agents: readonly Agent[]): Promise<FailoverGroupView> {
  const { url } = await started({ failover: agents.map((init) => agent(init.self, () => statusOf(init))) })
  const { text } = await ask(`${url}/api/failover`)
  const [group] = failoverViewSchema.parse(JSON.parse(text)).groups
  if (!group) throw new Error('no group')
  return group
}

const codes = ({ findings }: FailoverGroupView) => findings.map(({ code, level }) => `${level} ${code}`)
const everybody = (init: Omit<Agent, 'self'> = {}) => CHAIN.map((self) => ({ self, ...init }))
const now = () => new Date().toISOString()
const leading = (self: Host, counter: number, since: string): Agent => ({
  ...{ self, leader: self, counter },
  policy: { since },
})

describe('two agents that lead', () => {
  it('in one epoch are a defect, whatever they are called', async () => {
    const since = now()
    const group = await judged([leading('amsterdam', 3, since), leading('amsterdam', 3, since)])
    expect(codes(group)).toEqual(['alarm ONE_EPOCH_TWO_LEADERS'])
    expect(group.chains[0]?.claims.map(({ host, epochText }) => [host, epochText])).toEqual([
      ['amsterdam', '3/CHAIN/amsterdam'],
      ['amsterdam', '3/CHAIN/amsterdam'],
    ])
    expect(group.findings[0]?.remedy).toContain('end one of the two agents now')
  })

  it('in one epoch under two names are not taken for one', async () => {
    const spb: Agent = { ...leading('spb', 3, now()), policy: { epoch: epochOf(3, 'amsterdam') } }
    const group = await judged([leading('amsterdam', 3, now()), spb])
    expect(codes(group)).toEqual(['alarm ONE_EPOCH_TWO_LEADERS'])
    expect(group.findings[0]?.text).toContain('amsterdam and spb')
  })

  it('in two epochs: the old one has not noticed yet, and is bound by its lease', async () => {
    const group = await judged([leading('amsterdam', 3, '2026-01-01T00:00:00.000Z'), leading('spb', 4, now())])
    expect(codes(group)).toEqual(['alarm OLD_LEADER_UNAWARE'])
    expect(group.findings[0]?.text).toMatch(/^spb leads serve, and amsterdam, of a lower epoch, has not noticed/)
    expect(group.chains[0]?.claims.map(({ host, leaseRemainingMs }) => [host, leaseRemainingMs])).toEqual([
      ['spb', 1_700],
      ['amsterdam', 1_700],
    ])
  })

  it('in two epochs for longer than a change takes are two sides of a cut', async () => {
    const since = new Date(Date.now() - 8_000).toISOString()
    const group = await judged([leading('amsterdam', 3, since), leading('spb', 4, since)])
    expect(codes(group)).toEqual(['alarm TWO_LEADERS'])
    expect(group.findings[0]?.remedy).toContain('on the side of amsterdam; ')
  })

  it('in two epochs for long: the side without a majority is the one to stop, also with the higher epoch', async () => {
    const since = new Date(Date.now() - 8_000).toISOString()
    const minor: Agent = { ...leading('spb', 4, since), policy: { since, standing: 'minority' } }
    const { findings } = await judged([leading('amsterdam', 3, since), minor])
    expect(findings[0]?.remedy).toContain('on the side of spb, which has no majority')
  })

  it('count also while one of them still stops', async () => {
    const stopping = { ...leading('amsterdam', 3, now()), policy: { state: 'stopping' } }
    expect(codes(await judged([stopping, leading('spb', 4, now())]))).toEqual(['alarm OLD_LEADER_UNAWARE'])
  })

  it('are no conflict where a handover fell between two answers', async () => {
    const before = agentStatus({ self: 'amsterdam' })
    const after = agentStatus({ self: 'amsterdam', leader: 'spb', counter: 4 })
    let asked = 0
    const amsterdam = agent('amsterdam', () => (asked++ === 0 ? before : after))
    const spb = agent('spb', () => agentStatus({ self: 'spb', leader: 'spb', counter: 4 }))
    const { url } = await started({ failover: [amsterdam, spb] })
    const { groups } = failoverViewSchema.parse(JSON.parse((await ask(`${url}/api/failover`)).text))
    expect([groups[0]?.chains[0]?.claims.length, asked]).toEqual([1, 2])
  })
})

describe('a group', () => {
  it('that lacks nothing has no finding', async () => {
    expect(codes(await judged(everybody()))).toEqual([])
  })

  const silent: readonly Host[] = ['almaty', 'spb']
  const fewWitnesses = { w1: true, w2: false, w3: false }
  it.each<[string, readonly Agent[], readonly string[]]>([
    [
      'names different leaders',
      [{ self: 'spb' }, { self: 'almaty', leader: 'spb', counter: 4 }],
      ['warning LEADER_DISPUTED'],
    ],
    ['has no leader yet', everybody({ leader: null }), ['alarm NO_LEADER']],
    [
      'leads without a majority',
      [{ self: 'amsterdam', silent, policy: { standing: 'minority', mode: 'SURVIVOR' } }],
      ['warning NO_MAJORITY', 'warning NO_STANDBY', 'warning HOSTS_SILENT'],
    ],
    [
      'has too few of both',
      [{ self: 'amsterdam', leader: null, silent, witnesses: fewWitnesses }],
      ['alarm NO_LEADER', 'warning HOSTS_SILENT', 'warning WITNESSES_SILENT'],
    ],
    ['has no witness', everybody({ witnesses: {} }), ['warning NO_WITNESS']],
    [
      'has a witness that some do not reach',
      [{ self: 'spb' }, { self: 'almaty', witnesses: { ...ALL, w3: false } }],
      ['warning WITNESS_PARTED'],
    ],
    [
      'has a cut between hosts that are alive',
      [
        { self: 'spb', silent: ['amsterdam'] },
        { self: 'amsterdam', silent: ['spb'] },
      ],
      ['warning LINKS_CUT'],
    ],
    ['has a host that is not fit', [{ self: 'amsterdam' }, { self: 'spb', unfit: 'lag' }], ['warning HOST_UNFIT']],
    [
      'has a replica that is not in step',
      [{ self: 'amsterdam' }, { self: 'spb', breathing: { head: null, lagMs: 12_000 } }],
      ['warning REPLICA_BEHIND'],
    ],
    ['differs in its files', [{ self: 'spb' }, { self: 'almaty', digest: 'b'.repeat(64) }], ['warning CONFIG_DIFFERS']],
    ['is paused', everybody({ pause: { reason: 'cable work', by: 'root', remainingMs: 1_000 } }), ['warning PAUSED']],
  ])('that %s says so, and what to do', async (_, agents, expected) => {
    const group = await judged(agents)
    expect(codes(group)).toEqual(expected)
    for (const { remedy } of group.findings) expect(remedy).not.toBe('')
  })

  it('says why nobody leads: too few, paused, or none fit', async () => {
    const textOf = async (agents: readonly Agent[]) => (await judged(agents)).findings[0]?.text
    expect(await textOf([{ self: 'amsterdam', leader: null, silent, witnesses: fewWitnesses }])).toMatch(/majority/)
    const pause = { reason: 'cable work', by: 'root', remainingMs: 1_000 }
    expect(await textOf(everybody({ leader: null, pause }))).toMatch(/paused/)
    expect(await textOf(everybody({ leader: null }))).toMatch(/within 7 s/)
  })
})
