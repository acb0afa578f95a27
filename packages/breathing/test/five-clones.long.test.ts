import { expect, it } from 'vitest'
import { tellFigure } from '../../../test/support/figure.js'
import { runClones } from './support/clones.js'
import { World } from './support/hosts.js'

/** Spec three-mirror 1.3, F10. */
const BOUND_MS = 12_000

it('five clones, two minutes: nothing acknowledged is lost or late', async () => {
  await using world = new World()
  const result = await runClones(world, { writeMs: 120_000, pauseMs: 3_000, killEveryMs: 3_000 })
  process.stdout.write(`${JSON.stringify(result)}\n`)
  tellFigure('breathing-lost', result.lost.length)
  tellFigure('breathing-spread', Math.max(result.worstMs, result.settledMs) / 1000)
  expect(result.kills).toBeGreaterThan(20)
  expect(result.acknowledged).toBeGreaterThan(50)
  expect(result.overwritten).toBeGreaterThan(20)
  expect(result.lost).toEqual([])
  expect(result.worstMs).toBeLessThan(BOUND_MS)
  expect(result.settledMs).toBeLessThan(BOUND_MS)
}, 240_000)
