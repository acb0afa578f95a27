import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLoopback, Group, HOSTS, MACHINES } from '@montana/trials'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { montana } from './support/montana.js'

const START_MS = 30_000
const TIMEOUT_MS = 60_000

describe('what an operator sees of five agents', () => {
  let dir: string
  let group: Group
  let leader: string

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'montana-operator-'))
    group = await Group.create(dir, createLoopback(MACHINES, (process.pid % 250) + 1))
    group.start()
    expect(await group.eligible(HOSTS, START_MS)).toBe(true)
    leader = (await group.leader('serve', START_MS)) ?? ''
  }, TIMEOUT_MS)

  afterAll(async () => {
    await group?.close()
    rmSync(dir, { recursive: true, force: true })
  }, TIMEOUT_MS)

  const failover = (host: string, ...args: string[]) =>
    montana(['failover', ...args, '--socket', group.layout.socket(host)])

  function statusUrl(host: string): string {
    const lines = readFileSync(group.layout.log(host), 'utf8').split('\n')
    return JSON.parse(lines.find((line) => line.includes('"event":"started"')) ?? '{}').statusUrl
  }

  const online = (...args: string[]) => {
    const { layout } = group
    const own = ['--node', 'spb', '--state-dir', layout.home('spb'), '--identity-dir', layout.identity('spb')]
    return montana(['failover', 'check-config', '--config', layout.config, '--online', ...own, ...args])
  }

  it('status names the leader, every host and every witness, the same from everywhere', async () => {
    for (const host of HOSTS) {
      const { code, stdout } = await failover(host, 'status', '--json')
      expect(code).toBe(0)
      const status = JSON.parse(stdout)
      expect(status.self).toBe(host)
      expect(status.policies.serve.leader.host).toBe(leader)
      expect(status.policies.serve.role).toBe(host === leader ? 'master' : 'standby')
      for (const name of HOSTS) expect(status.hosts[name].isAlive).toBe(true)
      expect(Object.keys(status.witnesses)).toEqual(['w1', 'w2', 'w3'])
    }
  })

  it('the endpoint tells a load balancer who leads, and a scraper how it goes', async () => {
    for (const host of HOSTS) {
      const ask = async (path: string) => await fetch(`${statusUrl(host)}${path}`)
      expect((await ask('/leader?policy=serve')).status).toBe(host === leader ? 200 : 503)
      expect((await ask('/standby?policy=serve')).status).toBe(host === leader ? 503 : 200)
      expect((await ask('/leader?policy=none')).status).toBe(404)
      expect(await (await ask('/health')).text()).toMatch(/^OK/)
      const metrics = await (await ask('/metrics')).text()
      expect(metrics).toContain(`montana_failover_info{policy="serve",role="${host === leader ? 'master' : 'standby'}"`)
      expect(metrics).toMatch(/^montana_failover_heartbeat_age_seconds\{host="[a-z]+"\} [\d.e-]+$/m)
    }
  })

  it('history has the change of role, on every host', async () => {
    const other = HOSTS.find((host) => host !== leader) ?? ''
    for (let tries = 0; ; tries++) {
      const { stdout } = await failover(other, 'history', '--json')
      const { history, incidents } = JSON.parse(stdout)
      const acting = history.filter(
        ({ to, policy }: { to: string; policy: string }) => to === 'acting' && policy === 'serve',
      )
      if (acting.length === 0 && tries < 20) continue
      expect(acting).toMatchObject([{ host: leader, rule: 'D6' }])
      expect(incidents).toEqual([])
      return
    }
  }, 20_000)

  it('check-config --online asks everybody, and names whom it could not reach', async () => {
    const { code, stdout } = await online('--json')
    expect(code, stdout).toBe(0)
    const names = JSON.parse(stdout).online.map(({ name }: { name: string }) => name)
    expect(names).toEqual(expect.arrayContaining(['registry', 'peer amsterdam', 'witness w1', 'witness w3']))
    await group.witnesses.get('w3')?.die()
    const failed = await online()
    expect(failed.code).toBe(1)
    expect(failed.stdout).toMatch(/^FAILED {2}witness w3 .*\(WITNESS_UNREACHABLE\)$/m)
    expect(failed.stdout).toMatch(/^ok {6}peer amsterdam/m)
    group.witnesses.get('w3')?.start()
  })

  it('an order that a rule forbids ends with 3 and the rule; a wrong name with 2; no agent with 4', async () => {
    const refused = await failover(leader, 'promote', leader, '--policy', 'serve', '--reason', 'test')
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringMatching(/^refused by D5: /)])
    const unknown = await failover(leader, 'promote', 'paris', '--policy', 'serve', '--reason', 'test')
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('no host paris')])
    const nobody = await montana(['failover', 'status', '--socket', join(dir, 'none.sock')])
    expect([nobody.code, nobody.stderr]).toEqual([4, expect.stringContaining('no agent answers')])
  })

  it('a pause is seen everywhere, a second agent of the group on a host is refused', async () => {
    expect((await failover('spb', 'pause', '--reason', 'maintenance')).code).toBe(0)
    for (const host of HOSTS) {
      const { stdout } = await failover(host, 'status', '--json')
      expect(JSON.parse(stdout).pause).toMatchObject({ reason: 'maintenance' })
    }
    expect((await failover('moscow', 'resume', '--reason', 'done')).code).toBe(0)
    const { layout } = group
    const own = ['--node', 'spb', '--state-dir', layout.home('spb'), '--identity-dir', layout.identity('spb')]
    const second = await montana([
      'failover',
      'run',
      '--config',
      layout.config,
      ...own,
      '--socket',
      join(dir, 'x.sock'),
    ])
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('another agent of this group runs here')])
  })
})
