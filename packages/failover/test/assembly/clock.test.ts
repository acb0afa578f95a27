import { sleep } from '@montana/foundation'
import { expect, it } from 'vitest'
import { systemClock } from '../../src/assembly/clock.js'

/** Rule D1 looks for 500 ms: the grain of the clocks has to be far below. */
const GRAIN_MAX_MS = 20

it('both clocks go at one rate while nothing is suspended', async () => {
  const begin = systemClock()
  await sleep(600)
  const end = systemClock()
  const differenceMs = end.bootMs - begin.bootMs - (end.nowMs - begin.nowMs)
  expect(Math.abs(differenceMs)).toBeLessThanOrEqual(GRAIN_MAX_MS)
})

it('the clock that counts suspend has a grain of at most 20 ms', () => {
  const seen: number[] = []
  for (const endMs = performance.now() + 200; performance.now() < endMs; ) {
    const { bootMs } = systemClock()
    if (seen.at(-1) !== bootMs) seen.push(bootMs)
  }
  const steps = seen.slice(1).map((value, i) => value - (seen[i] ?? 0))
  expect(steps.length).toBeGreaterThan(5)
  // The median: this process may have to wait for its turn.
  expect(steps.sort((a, b) => a - b)[steps.length >> 1]).toBeLessThanOrEqual(GRAIN_MAX_MS)
  expect(Math.min(...steps)).toBeGreaterThan(0)
})
