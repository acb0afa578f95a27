import { describe, expect, it } from 'vitest'
import type { OperatorCommand } from '../../src/index.js'
import { witnessEnd } from '../../src/simulation/network.js'
import type { World } from '../../src/simulation/world.js'
import {
  exampleGroup,
  HOSTS,
  leadersIn,
  RECOVERY_MS,
  SERVE,
  startedWorld,
  subsetsOf,
  untilLeader,
  withFailback,
} from './support.js'

const MINUTE_MS = 60_000

function modeOf(world: World, host: string): string | undefined {
  return world.host(host).policies.find(({ policy }) => policy === SERVE)?.mode
}

function serveChanges(world: World): number {
  return world.events.filter(({ transition }) => transition.policy === SERVE && transition.to === 'acting').length
}

describe('crash patterns of five hosts', () => {
  it.each(subsetsOf(HOSTS).map((dead) => [dead.join(' '), dead] as const))('all at once: %s', async (_, dead) => {
    const world = startedWorld(await exampleGroup(), { seed: dead.length })
    for (const host of dead) world.crash(host)
    const left = HOSTS.length - dead.length
    if (left === 0) {
      world.run(MINUTE_MS)
      expect(leadersIn(world)).toEqual([])
      for (const host of HOSTS) world.restart(host)
      expect(untilLeader(world, MINUTE_MS)).toBeLessThan(RECOVERY_MS)
      return
    }
    expect(untilLeader(world, MINUTE_MS)).toBeLessThan(RECOVERY_MS)
    world.run(MINUTE_MS)
    const [leader = ''] = leadersIn(world)
    expect(leadersIn(world)).toHaveLength(1)
    expect(modeOf(world, leader)).toBe(left === 1 ? 'SURVIVOR' : 'CHAIN')
  })

  it('one after another, 15 s apart, in the order of the chain', async () => {
    const world = startedWorld(await exampleGroup(), { seed: 5 })
    for (let dead = 0; dead < HOSTS.length - 1; dead++) {
      world.crash(leadersIn(world)[0] ?? '')
      expect(untilLeader(world, MINUTE_MS)).toBeLessThan(RECOVERY_MS)
      world.run(15_000)
    }
    expect(leadersIn(world)).toHaveLength(1)
    expect(world.log.overlaps).toEqual([])
  })

  it('four dead without witnesses: the last one stays silent', async () => {
    const world = startedWorld(await exampleGroup(), { seed: 6 })
    for (const witness of world.witnesses.values()) witness.isUp = false
    for (const host of HOSTS.slice(1)) world.crash(host)
    world.run(MINUTE_MS)
    expect(leadersIn(world)).toEqual([])
    expect(modeOf(world, 'amsterdam')).toBe('ISOLATED')
  })
})

describe('one fault', () => {
  it('a service that dies alone is replaced in less than ten seconds', async () => {
    const world = startedWorld(await exampleGroup(), { seed: 11 })
    const [leader = ''] = leadersIn(world)
    world.runner(leader, SERVE).crash()
    expect(untilLeader(world, MINUTE_MS)).toBeLessThan(RECOVERY_MS)
    expect(leadersIn(world)).not.toEqual([leader])
  })

  it('a service that cannot be started makes way for the next host', async () => {
    const world = startedWorld(withFailback(await exampleGroup(), 'never'), { seed: 12 })
    const [leader = ''] = leadersIn(world)
    const next = world.host('almaty')
    world.runner(next.name, SERVE).habits = { ...world.runner(next.name, SERVE).habits, start: 'hangs' }
    world.crash(leader)
    world.run(2 * RECOVERY_MS)
    expect(leadersIn(world)).toHaveLength(1)
    expect(leadersIn(world)).not.toEqual(['almaty'])
  })

  it('a leader that is cut off stops before another starts, and stays silent after it is back', async () => {
    const world = startedWorld(withFailback(await exampleGroup(), 'never'), { seed: 13 })
    const [leader = ''] = leadersIn(world)
    for (const end of [...HOSTS, ...[...world.witnesses.keys()].map(witnessEnd)]) {
      if (end !== leader) world.network.setBoth(leader, end, false)
    }
    world.run(2_500)
    expect(leadersIn(world)).toEqual([])
    expect(untilLeader(world, MINUTE_MS)).toBeLessThan(RECOVERY_MS - 2_500)
    world.network.healAll()
    world.run(MINUTE_MS)
    expect(leadersIn(world)).toHaveLength(1)
    expect(leadersIn(world)).not.toEqual([leader])
    expect(world.log.overlaps).toEqual([])
  })

  it('a host that was suspended ends its tenure at the first turn', async () => {
    const world = startedWorld(withFailback(await exampleGroup(), 'never'), { seed: 14 })
    const [leader = ''] = leadersIn(world)
    world.freezeHost(leader)
    world.run(30_000)
    world.thaw(leader, true)
    world.run(1_000)
    expect(leadersIn(world)).not.toContain(leader)
    for (const { fromMs, toMs } of world.log.overlaps) expect((toMs ?? world.nowMs) - fromMs).toBeLessThan(800)
  })
})

describe('row 4 of section 8', () => {
  it('two islands at one sink: the majority goes on, the minority tries twice a minute at most', async () => {
    const world = startedWorld(await exampleGroup(), { seed: 31, hasSink: true })
    const [w1 = '', w2 = '', w3 = ''] = [...world.witnesses.keys()].map(witnessEnd)
    const majority = ['amsterdam', 'spb', 'novosibirsk', w2]
    const minority = ['moscow', 'almaty', w1, w3]
    for (const a of majority) for (const b of minority) world.network.setBoth(a, b, false)
    world.run(MINUTE_MS)
    const before = serveChanges(world)
    world.run(5 * MINUTE_MS)
    const spans = world.log.spans.filter(
      ({ policy, fromMs }) => policy === SERVE && fromMs > world.nowMs - 5 * MINUTE_MS,
    )
    const ledMs = spans
      .filter(({ host }) => host === 'amsterdam')
      .reduce((sum, { fromMs, toMs }) => sum + (toMs ?? world.nowMs) - fromMs, 0)
    expect(ledMs).toBeGreaterThan(4.5 * MINUTE_MS)
    // Each of the two tries comes back to the majority at once.
    expect(serveChanges(world) - before).toBeLessThanOrEqual(5 * 2 * 2 * 2)
    world.network.healAll()
    world.run(10_000)
    expect(leadersIn(world)).toHaveLength(1)
  })
})

describe('no flapping', () => {
  it('ten minutes of 5 % loss and 200 ms of jitter move nothing', async () => {
    const world = startedWorld(await exampleGroup(), { seed: 21 })
    const before = serveChanges(world)
    world.network.quality = { delayMs: 20, jitterMs: 200, loss: 0.05 }
    world.run(10 * MINUTE_MS)
    expect(serveChanges(world)).toBe(before)
  })

  it('a leader that comes and goes every 20 s for half an hour moves the service four times at most', async () => {
    const world = startedWorld(withFailback(await exampleGroup(), 'auto'), { seed: 22 })
    const before = serveChanges(world)
    for (let turn = 0; turn < 90; turn++) {
      if (turn % 2 === 0) world.crash('amsterdam')
      else world.restart('amsterdam')
      world.run(20_000)
    }
    expect(serveChanges(world) - before).toBeLessThanOrEqual(4)
  })
})

describe('planned moves', () => {
  it('a handover has no overlap, no alarm, and a gap of less than a second', async () => {
    const world = startedWorld(withFailback(await exampleGroup(), 'never'), { seed: 31, startSpreadMs: 10 })
    const command = { kind: 'promote', policy: SERVE, host: 'spb', reason: 'test', isForced: false } as const
    order(world, 'amsterdam', command)
    world.run(3_000)
    expect(leadersIn(world)).toEqual(['spb'])
    expect(world.log.overlaps).toEqual([])
    const [before, after] = world.log.spans.filter(({ policy }) => policy === SERVE).slice(-2)
    expect((after?.fromMs ?? Number.POSITIVE_INFINITY) - (before?.toMs ?? 0)).toBeLessThan(1_000)
    expect(world.alerts.map(({ code }) => code)).toEqual([])
  })

  it('an agent that is told to end hands over first', async () => {
    const world = startedWorld(withFailback(await exampleGroup(), 'never'), { seed: 32, startSpreadMs: 10 })
    order(world, 'amsterdam', { kind: 'stop' })
    world.run(2_000)
    expect(leadersIn(world)).toHaveLength(1)
    expect(leadersIn(world)).not.toEqual(['amsterdam'])
    expect(world.log.overlaps).toEqual([])
  })

  it('a pause holds everywhere, suppresses moves but not safety, and a resume ends it everywhere', async () => {
    const world = startedWorld(withFailback(await exampleGroup(), 'auto'), { seed: 33, startSpreadMs: 10 })
    order(world, 'moscow', { kind: 'pause', pause: { reason: 'test', by: 'test', remainingMs: 3_600_000 } })
    world.run(3_000)
    world.crash('amsterdam')
    world.run(MINUTE_MS)
    expect(leadersIn(world)).toEqual([])
    for (const host of HOSTS) if (host !== 'amsterdam') order(world, host, { kind: 'resume' })
    expect(untilLeader(world, MINUTE_MS)).toBeLessThan(RECOVERY_MS)
    world.restart('amsterdam')
    world.run(2 * MINUTE_MS)
    expect(leadersIn(world)).toEqual(['amsterdam'])
  })
})

function order(world: World, name: string, command: OperatorCommand): void {
  const host = world.host(name)
  host.observe({ kind: 'command', atMs: host.clock.read().nowMs, command })
}
