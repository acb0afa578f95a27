import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '@montana/foundation'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isControlGroupEmpty, ownControlGroup } from '../../src/process/control-groups.js'
import { AgentProcess } from './agent-process.js'

const ROOT = mountPoint()

/** Of control groups version 2, if this process may make groups there. */
function mountPoint(): string | undefined {
  const line = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .find((text) => text.includes(' - cgroup2 '))
  const mount = line?.split(' ')[4]
  try {
    const probe = join(mount ?? '/nowhere', `montana-probe-${process.pid}`)
    mkdirSync(probe)
    const canKill = existsSync(join(probe, 'cgroup.kill'))
    rmdirSync(probe)
    return canKill ? mount : undefined
  } catch {
    return undefined
  }
}

async function delegated(): Promise<string> {
  const folder = join(ROOT ?? '', `montana-test-${process.pid}-${Math.round(performance.now())}`)
  mkdirSync(folder)
  onTestFinished(async () => {
    writeFileSync(join(folder, 'cgroup.kill'), '1')
    while (!isControlGroupEmpty(folder)) await sleep(10)
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) rmdirSync(join(folder, entry.name))
    rmdirSync(folder)
  })
  return folder
}

describe.skipIf(ROOT === undefined)('a delegated control group (skipped where none can be made)', () => {
  it('holds what leaves the process group too, and ends it with the agent', async () => {
    const folder = await delegated()
    const agent = await AgentProcess.startIn(folder, 'keeper', 'runaway')
    const own = agent.said[0]?.cgroup ?? ''
    expect(own).toBe(join(folder, 'service-bot'))
    const pids = readFileSync(join(own, 'cgroup.procs'), 'utf8').trim().split('\n').map(Number)
    expect(pids).not.toContain(agent.pid)
    expect(pids.length).toBeGreaterThanOrEqual(3)
    process.kill(agent.pid, 'SIGKILL')
    await agent.until(() => isControlGroupEmpty(own), 1_000)
  })

  it('is ended by the thread of an agent that stands still', async () => {
    const agent = await AgentProcess.startIn(await delegated(), 'thread', 'runaway')
    agent.tell('block 5000')
    await agent.until(() => isControlGroupEmpty(agent.said[0]?.cgroup ?? ''), 2_500)
  })

  it('is empty when the service counts as ended', async () => {
    const agent = await AgentProcess.startIn(await delegated(), 'runaway')
    agent.tell('stop')
    await agent.until(() => agent.said.some(({ isEnded }) => isEnded === true), 1_500)
    expect(isControlGroupEmpty(agent.said[0]?.cgroup ?? '')).toBe(true)
  })
})

it('is not used where the process stands in the root or may not make groups', () => {
  const isRoot = /^0::\/$/m.test(readFileSync('/proc/self/cgroup', 'utf8'))
  if (isRoot) expect(ownControlGroup()).toBeNull()
  else expect(ownControlGroup() ?? '').not.toBe(ROOT)
})
