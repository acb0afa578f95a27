import { describe, expect, it } from 'vitest'
import type { FailoverHistoryView, FailoverView } from '../src/api/failover-views.js'
import { failoverHistorySchema, failoverViewSchema } from '../src/api/schema/failover.js'
import type { FailoverSource } from '../src/index.js'
import { agent, agentStatus, epochOf, type Host, record } from './support/agent.js'
import { ask, started } from './support/console.js'

async function shown(failover: readonly FailoverSource[]): Promise<FailoverView> {
  const { url } = await started({ failover })
  const { text } = await ask(`${url}/api/failover`)
  return failoverViewSchema.parse(JSON.parse(text))
}

const seenBy = (self: Host, init: Partial<Parameters<typeof agentStatus>[0]> = {}) =>
  agent(self, () => agentStatus({ self, ...init }))

describe('/api/failover', () => {
  it('says of a group what its agents say, of each host what its own agent says', async () => {
    const { agents, groups } = await shown([seenBy('amsterdam'), seenBy('spb')])
    expect(agents.map(({ label, group, self, error }) => [label, group, self, error])).toEqual([
      ['amsterdam', 'montana-5', 'amsterdam', null],
      ['spb', 'montana-5', 'spb', null],
    ])
    expect(groups).toMatchObject([
      { group: 'montana-5', seenBy: ['amsterdam', 'spb'], hasOneConfig: true, pause: null },
    ])
    const [chain] = groups[0]?.chains ?? []
    expect(chain).toMatchObject({ policy: 'serve', boundMs: 7_000, standing: 'majority', leaseRemainingMs: 1_700 })
    expect(chain?.leaders).toMatchObject([
      { host: 'amsterdam', epochText: '3/CHAIN/amsterdam', seenBy: ['amsterdam', 'spb'] },
    ])
    expect(chain?.places.map(({ host, state, isHere }) => [host, state, isHere])).toEqual([
      ['amsterdam', 'acting', true],
      ['almaty', 'standby', false],
      ['spb', 'standby', true],
    ])
  })

  it('knows the lease only from the agent of the leader, and since when it leads also from others', async () => {
    const [group] = (await shown([seenBy('spb')])).groups
    expect(group?.chains[0]).toMatchObject({
      leaseRemainingMs: null,
      standing: null,
      since: '2026-01-01T00:00:00.000Z',
    })
  })

  it('shows a host that is silent, what else answers there, and that nobody leads', async () => {
    const [group] = (await shown([seenBy('spb', { leader: null, silent: ['amsterdam'] })])).groups
    expect(group?.chains[0]).toMatchObject({ leaders: [], since: null })
    expect(group?.chains[0]?.places[0]).toMatchObject({
      host: 'amsterdam',
      isAlive: false,
      isEligible: false,
      state: null,
    })
    expect(group?.observers[0]?.hosts[0]).toMatchObject({ diagnosis: { icmp: true, tcp22: false, tcp443: null } })
  })

  it('shows two leaders when agents name two, the higher epoch first, and configurations that differ', async () => {
    const other = seenBy('spb', { leader: 'spb', counter: 4, digest: 'b'.repeat(64) })
    const [group] = (await shown([seenBy('amsterdam'), other])).groups
    expect(group?.chains[0]?.leaders.map(({ host, seenBy }) => [host, seenBy])).toEqual([
      ['spb', ['spb']],
      ['amsterdam', ['amsterdam']],
    ])
    expect(group?.hasOneConfig).toBe(false)
  })

  it('shows how each host breathes, and who lacks its writes for the longest', async () => {
    const cycle = {
      ...{
        lastInhaleAt: '2026-01-01T00:00:00.000Z',
        lastExhaleAt: null,
        failedCycles: 2,
        unpushedAgeMs: 30,
        conflicts: 1,
      },
      lastError: { code: 'GIT_FAILED', message: 'https://user:secret@hub', at: '2026-01-01T00:00:01.000Z' },
      lagByHostMs: { amsterdam: 10, almaty: 50 },
    }
    const breathing = { head: 'c'.repeat(40), lagMs: 5, cycle }
    const old = { head: null, lagMs: 0 }
    const sources = [seenBy('spb', { breathing }), seenBy('almaty', { breathing: old }), seenBy('amsterdam')]
    const { breathing: rows = [] } = (await shown(sources)).groups[0] ?? {}
    expect(rows).toMatchObject([
      { host: 'amsterdam', state: 'off', lagMs: null },
      { host: 'almaty', state: 'breathing', lagMs: 0, conflicts: null, lastInhaleAt: null },
      { host: 'spb', state: 'breathing', lagMs: 5, conflicts: 1, slowest: { host: 'almaty', lagMs: 50 } },
    ])
    expect(JSON.stringify(rows)).not.toContain('secret')
  })

  it('says why an agent does not answer, without the path of its socket, and goes on with the others', async () => {
    const path = '/run/secret/failover.sock'
    const gone = agent('gone', () => {
      throw Object.assign(new Error(`no agent at ${path}`), {
        cause: Object.assign(new Error(path), { code: 'ENOENT' }),
      })
    })
    const frozen: FailoverSource = { ...agent('frozen', () => {}), status: () => new Promise(() => {}) }
    const strange = agent('strange', () => ({ group: 'x' }))
    const startedMs = performance.now()
    const view = await shown([gone, frozen, strange, seenBy('spb')])
    expect(performance.now() - startedMs).toBeLessThan(4_000)
    expect(view.agents.map(({ error }) => error?.code ?? null)).toEqual(['ENOENT', 'TIMEOUT', 'STATUS_INVALID', null])
    expect(view.groups[0]?.seenBy).toEqual(['spb'])
    expect(JSON.stringify(view)).not.toContain(path)
  })

  it('says how to have it where no agent is configured', async () => {
    const { url } = await started()
    for (const path of ['/api/failover', '/api/failover/history?group=g']) {
      const { status, text } = await ask(`${url}${path}`)
      expect([status, JSON.parse(text).error.code]).toEqual([404, 'NOT_ENABLED'])
      expect(text).toContain('--failover-socket')
    }
  })
})

describe('/api/failover/history', () => {
  const first = record('amsterdam', 1, 3, '2026-01-01T00:00:00.000Z')
  const second = record('spb', 9, 4, '2026-01-01T00:01:00.000Z')
  const side = (host: Host, counter: number) => ({
    ...{ host, epoch: epochOf(counter, host), mode: 'CHAIN', unfenced: 'idempotent' },
    ...{ fromMs: Date.parse('2026-01-01T00:00:00.000Z'), untilMs: null },
  })
  const incident = (overlapMs: number) => ({
    policy: 'serve',
    overlapMs,
    sides: [side('amsterdam', 3), side('spb', 4)],
  })

  async function historyOf(sources: readonly FailoverSource[], query: string) {
    const { url } = await started({ failover: sources })
    return await ask(`${url}/api/failover/history?${query}`)
  }

  it('has each change once, newest first, of all agents together', async () => {
    const sources = [
      agent('a', () => agentStatus({ self: 'amsterdam' }), { history: [first], incidents: [incident(5)] }),
      agent('b', () => agentStatus({ self: 'spb' }), { history: [first, second], incidents: [incident(7)] }),
    ]
    const { text } = await historyOf(sources, 'group=montana-5')
    const told: FailoverHistoryView = failoverHistorySchema.parse(JSON.parse(text))
    expect(told.changes.map(({ id, epochText, phasesMs }) => [id, epochText, phasesMs])).toEqual([
      ['spb-9', '4/CHAIN/spb', { confirm: 600 }],
      ['amsterdam-1', '3/CHAIN/amsterdam', { confirm: 600 }],
    ])
    expect(told.incidents).toMatchObject([{ overlapMs: 7, sides: [{ host: 'amsterdam', to: null }, { host: 'spb' }] }])
    const { changes } = JSON.parse((await historyOf(sources, 'group=montana-5&limit=1')).text) as FailoverHistoryView
    expect(changes.map(({ id }) => id)).toEqual(['spb-9'])
  })

  it.each([
    ['', 422, 'group'],
    ['group=montana-5&limit=0', 422, 'limit'],
    ['group=montana-5&limit=9999', 422, 'limit'],
    ['group=montana-5&other=1', 422, 'other'],
    ['group=nobody', 404, 'group'],
  ])('refuses ?%s with %d', async (query, status, field) => {
    const answer = await historyOf([seenBy('spb')], query)
    expect([answer.status, JSON.parse(answer.text).error.field]).toEqual([status, field])
  })
})
