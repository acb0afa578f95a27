import { describe, expect, it } from 'vitest'
import { CREDIT_WINDOWS, type Creditable, creditProblem } from '../src/oracles/credit-oracle.js'
import { drawPlan } from '../src/plan/plan.js'
import { runSeed } from '../src/run/run-seed.js'
import { firstOf, runQuietly } from './support/history.js'

const { world, watcher } = runQuietly(CREDIT_WINDOWS + 4, { members: 4, hint: { newcomers: 1 } })
const { standing } = watcher.history
const since = standing.context.window - CREDIT_WINDOWS
const process = firstOf(world)

/** A standing in which the first process has not been credited since `window`. */
function leftBehind(window: number) {
  const node = standing.tables.nodes.get(process.nodeId)
  if (!node) throw new Error('the first process is a member')
  const nodes = standing.tables.nodes.set({ ...node, lastConfirmationWindow: window })
  return { ...standing, tables: { ...standing.tables, nodes } }
}

describe('liveness of credit', () => {
  const check = (standingNow = standing, processes: readonly Creditable[] = world.processes) => {
    return creditProblem(standingNow, processes, since)?.invariant
  }
  const changed = (change: Partial<Creditable>): Creditable[] => {
    const { name, nodeId, isUp, isHonest, disk } = process
    return [{ name, nodeId, isUp, isHonest, disk, ...change }]
  }

  it('has nothing to say about a quiet network', () => {
    expect(check()).toBeUndefined()
  })

  it('notices a member that nobody credited since the faults ended', () => {
    expect(check(leftBehind(since))).toBe(21)
    expect(check(leftBehind(since + 1))).toBeUndefined()
  })

  it('asks nothing of whoever is down, dishonest, or silent after a loss, nor before the windows are over', () => {
    const left = leftBehind(since)
    expect(check(left, changed({}))).toBe(21)
    expect(check(left, changed({ isUp: false }))).toBeUndefined()
    expect(check(left, changed({ isHonest: false }))).toBeUndefined()
    expect(check(left, changed({ disk: { signFrom: since + 2 } }))).toBeUndefined()
    expect(creditProblem(left, world.processes, since + 1)).toBeUndefined()
  })
})

describe('liveness', () => {
  it('is broken by nodes that never catch up', { timeout: 60_000 }, () => {
    const seeds = [1, 2, 3, 4, 5, 6]
    const plans = seeds.map((seed) => drawPlan(seed, { windows: 24, hint: { faults: ['crash', 'partition'] } }))
    const bugs = new Set(['no-catch-up'] as const)
    const isBroken = plans.some((plan) => runSeed(plan, { bugs }).violation?.invariant === 0)
    expect(isBroken).toBe(true)
  })
})
