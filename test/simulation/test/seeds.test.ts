import { describe, expect, it } from 'vitest'
import { drawPlan } from '../src/plan/plan.js'
import { runSeed } from '../src/run/run-seed.js'
import { simulate } from './support/cli.js'

const SEEDS = 6

describe('seeds', () => {
  it('of sixty windows break no invariant', { timeout: 120_000 }, async () => {
    const { passed, failures, windows } = await simulate('--seeds', `${SEEDS}`)
    expect(failures).toEqual([])
    expect(passed).toBe(SEEDS)
    expect(windows).toBeGreaterThanOrEqual(SEEDS * 60)
  })

  it('give the same trace hash in two processes', { timeout: 60_000 }, async () => {
    const [first, second] = await Promise.all([1, 2].map(() => simulate('--seed', '7', '--windows', '15')))
    expect(first?.traceHash).toMatch(/^[0-9a-f]{64}$/)
    expect(second?.traceHash).toBe(first?.traceHash)
  })

  it('give another trace for another seed', { timeout: 60_000 }, () => {
    const [first, second] = [1, 2].map((seed) => runSeed(drawPlan(seed, { windows: 6 })))
    expect(first?.traceHash).not.toBe(second?.traceHash)
  })
})
