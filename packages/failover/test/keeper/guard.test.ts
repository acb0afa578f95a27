import { sleep } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { isGroupEmpty } from '../../src/process/group-signal.js'
import { AgentProcess, type Layer } from './agent-process.js'

/** Spec three-mirror 8, rows 2 and 8: from the fault to the dead service. */
const BOUND_MS = 2_500
/** An agent that works must not be taken for one that does not. */
const EARLIEST_MS = 1_000

const faults: Readonly<Record<string, (agent: AgentProcess) => void>> = {
  'killed by SIGKILL': ({ pid }) => process.kill(pid, 'SIGKILL'),
  'ended by itself': (agent) => agent.tell('exit'),
  'frozen, alone': ({ pid }) => process.kill(pid, 'SIGSTOP'),
  'frozen, with its process group': ({ pid }) => process.kill(-pid, 'SIGSTOP'),
  'busy for five seconds': (agent) => agent.tell('block 5000'),
}

describe('the service of an agent that is gone or stands still ends within 2.5 s', () => {
  it.each([
    ['killed by SIGKILL', ['keeper']],
    ['ended by itself', ['keeper']],
    ['frozen, alone', ['keeper']],
    ['frozen, with its process group', ['keeper']],
    ['busy for five seconds', ['keeper']],
    ['busy for five seconds', ['thread']],
    ['frozen, alone', ['keeper', 'thread']],
    ['busy for five seconds', ['keeper', 'thread']],
  ] satisfies [string, Layer[]][])('%s (%j)', async (fault, layers) => {
    const agent = await AgentProcess.start(...layers)
    faults[fault]?.(agent)
    const ms = await agent.serviceEnds()
    expect(ms).toBeLessThan(BOUND_MS)
    if (/frozen|busy/.test(fault)) expect(ms).toBeGreaterThan(EARLIEST_MS)
  })
})

describe('the end of standing or lease', () => {
  it.each(['keeper', 'thread'] satisfies Layer[])('is kept by the %s while the loop stands still', async (layer) => {
    const agent = await AgentProcess.start(layer)
    agent.tell('until 900')
    await sleep(400)
    agent.tell('block 5000')
    expect(await agent.serviceEnds()).toBeLessThan(700)
  })
})

describe('a service that is renewed', () => {
  it('runs on, and the alarm says what was ended once it is not', async () => {
    const agent = await AgentProcess.start('keeper', 'thread')
    await sleep(3_000)
    expect(isGroupEmpty(agent.group)).toBe(false)
    expect(agent.alarms).toEqual([])
    agent.tell('block 2600')
    await agent.serviceEnds()
    await agent.until(() => agent.alarms.length >= 2)
    expect(new Set(agent.alarms)).toEqual(new Set(['KEEPER_KILLED', 'FENCE_THREAD_KILLED']))
  })

  it('is left alone once it is no longer held', async () => {
    const agent = await AgentProcess.start('keeper', 'thread')
    agent.tell('ended')
    await sleep(100)
    process.kill(agent.pid, 'SIGKILL')
    await sleep(500)
    expect(isGroupEmpty(agent.group)).toBe(false)
  })
})

describe('the keeper', () => {
  it('is started again when it ended, with an alarm, and still does its work', async () => {
    const agent = await AgentProcess.start('keeper')
    const first = agent.keeper
    await sleep(400)
    process.kill(first, 'SIGKILL')
    await agent.until(() => agent.alarms.includes('KEEPER_MISSING'))
    await sleep(400)
    agent.tell('keeper')
    await agent.until(() => agent.keeper !== first)
    process.kill(agent.pid, 'SIGKILL')
    expect(await agent.serviceEnds()).toBeLessThan(BOUND_MS)
  })

  it('is replaced when it is frozen, with an alarm', async () => {
    const agent = await AgentProcess.start('keeper')
    const first = agent.keeper
    process.kill(first, 'SIGSTOP')
    await agent.until(() => agent.alarms.includes('KEEPER_MISSING'))
    agent.tell('keeper')
    await agent.until(() => agent.keeper !== first)
    process.kill(agent.pid, 'SIGKILL')
    expect(await agent.serviceEnds()).toBeLessThan(BOUND_MS)
  })

  it('outlives requests to stop, and goes with the agent', async () => {
    const agent = await AgentProcess.start('keeper')
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.kill(agent.keeper, signal)
    await sleep(200)
    expect(agent.alarms).toEqual([])
    agent.tell('ended')
    agent.tell('close')
    await agent.until(() => agent.said.some(({ closed }) => closed === true))
    expect(isGroupEmpty(agent.keeper)).toBe(true)
    expect(isGroupEmpty(agent.group)).toBe(false)
  })
})
