import { describe, expect, it } from 'vitest'
import type { WindowFacts } from '../src/oracles/facts.js'
import { factsOf, runQuietly } from './support/history.js'

/** Windows of an epoch in these networks. */
const TAU2 = 8

const dAfter = (history: readonly WindowFacts[], window: number) => history[window - 1]?.after.context.nextD ?? 0
const targetAfter = (history: readonly WindowFacts[], window: number) => history[window - 1]?.after.context.target ?? 0n

describe('the difficulty', () => {
  it('rises while everybody confirms, and falls when a quarter of the weight is away', { timeout: 60_000 }, () => {
    const history = factsOf(runQuietly(34, { members: 4, hint: { newcomers: 0 } }, 2 * TAU2))
    const ds = [1, TAU2, 2 * TAU2, 3 * TAU2, 4 * TAU2].map((window) => dAfter(history, window))
    const [start = 0, first = 0, second = 0, third = 0, fourth = 0] = ds
    expect(first).toBeGreaterThan(start)
    expect(second).toBeGreaterThan(first)
    expect(third).toBeLessThan(second)
    expect(fourth).toBeLessThan(third)
    expect(Math.min(...medians(history, [1, 2]))).toBeGreaterThanOrEqual(950)
    expect(Math.max(...medians(history, [3, 4]))).toBeLessThanOrEqual(850)
  })
})

/** Median participation of epochs, permille. */
function medians(history: readonly WindowFacts[], epochs: readonly number[]): number[] {
  return epochs.map((epoch) => {
    const { participation = [] } = history[epoch * TAU2 - 1] ?? {}
    return [...participation].sort((a, b) => a - b)[TAU2 / 2] ?? 0
  })
}

describe('the target of the lottery', () => {
  it('falls where more reveal than there are slots, by just that much', { timeout: 60_000 }, () => {
    const history = factsOf(runQuietly(TAU2 + 2, { members: 16, hint: { newcomers: 0 } }))
    const reveals = history.slice(0, TAU2).reduce((sum, { after }) => sum + after.context.candidates.length, 0)
    expect(reveals).toBeGreaterThan(13 * TAU2)
    expect(targetAfter(history, TAU2 - 1)).toBe(2n ** 128n - 1n)
    const expected = (targetAfter(history, 1) * 13n * BigInt(TAU2)) / BigInt(reveals)
    expect(targetAfter(history, TAU2)).toBe(expected)
  })
})
