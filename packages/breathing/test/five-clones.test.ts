import { expect, it } from 'vitest'
import { runClones } from './support/clones.js'
import { World } from './support/hosts.js'

/** Spec three-mirror 1.3, F10. */
const BOUND_MS = 12_000

it('five clones that write at once and are killed at random: nothing acknowledged is lost or late', async () => {
  await using world = new World()
  const result = await runClones(world, { writeMs: 8_000, pauseMs: 2_000, killEveryMs: 1_500 })
  expect(result.kills).toBeGreaterThan(1)
  expect(result.acknowledged).toBeGreaterThan(2)
  expect(result.lost).toEqual([])
  expect(result.worstMs).toBeLessThan(BOUND_MS)
  expect(result.settledMs).toBeLessThan(BOUND_MS)
}, 60_000)
