import { expect, it } from 'vitest'
import { FRAME_PROFILES, frameMutants } from './frame-mutants.js'
import { countsText, heldMib, tell } from './memory.js'

const MUTANTS = 1_000_000
/** Nothing is kept of a session; what grows is code and its statistics. */
const GROWTH_MIB_MAX = 16

it.each(Object.entries(FRAME_PROFILES))(
  'a million mutated %s frame streams deliver nothing that was not sealed, and end with a code',
  (name, profile) => {
    frameMutants(10_000, 19, profile)
    const before = heldMib()
    const { stillValid, ends } = frameMutants(MUTANTS, 20, profile)
    const growth = heldMib() - before
    tell(
      `${name} frames: ${MUTANTS} mutants, ${stillValid} frames still valid; ${countsText(ends)}; memory ${growth.toFixed(1)} MiB`,
    )
    expect([...ends.values()].reduce((sum, count) => sum + count, 0)).toBe(MUTANTS)
    expect(stillValid).toBeGreaterThan(0)
    expect(growth).toBeLessThan(GROWTH_MIB_MAX)
  },
  1_200_000,
)
