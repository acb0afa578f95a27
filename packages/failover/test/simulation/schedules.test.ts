import { describe, expect, it } from 'vitest'
import { isGood, runSchedule } from './schedule.js'
import { servingGroup } from './support.js'

/** Per change, a quarter of a minute of one core; ten thousand in the long run. */
const SEEDS = 12
const ALWAYS_SEEDS = 4
const TIMEOUT_MS = 300_000

describe('random histories of crashes, freezes, cuts, partitions, losses and restarted witnesses', () => {
  it(
    `${SEEDS} of them: two act only where neither hears of the other by any way, and the sink never steps back`,
    async () => {
      const config = await servingGroup()
      const results = Array.from({ length: SEEDS }, (_, seed) => runSchedule(config, seed + 1))
      expect(results.filter((result) => !isGood(result))).toEqual([])
      // Histories that never come near the edge would show nothing.
      expect(results.some(({ overlaps }) => overlaps > 0)).toBe(true)
    },
    TIMEOUT_MS,
  )

  it(
    `${ALWAYS_SEEDS} of them with witnessQuorumFor: always: nobody but a thawed host ever acts beside another`,
    async () => {
      const coordinator = { kind: 'chain', witnessQuorumFor: 'always', withoutWitnesses: 'stop' } as const
      const config = await servingGroup({ coordinator })
      const results = Array.from({ length: ALWAYS_SEEDS }, (_, seed) => runSchedule(config, seed + 1))
      expect(results.filter((result) => !isGood(result) || result.overlaps > result.thawed)).toEqual([])
    },
    TIMEOUT_MS,
  )

  it('one seed is one history', async () => {
    const config = await servingGroup()
    expect(runSchedule(config, 7)).toEqual(runSchedule(config, 7))
  })
})
