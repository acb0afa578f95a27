import { describe, expect, it } from 'vitest'
import { runSchedule } from './schedule.js'
import { exampleGroup } from './support.js'

/** Per change; ten thousand in the long run. */
const SEEDS = 100
const ALWAYS_SEEDS = 40
const TIMEOUT_MS = 180_000

describe('random histories of crashes, freezes, cuts, partitions, losses and restarted witnesses', () => {
  it(
    `${SEEDS} of them: two act only where neither hears of the other by any way, and the sink never steps back`,
    async () => {
      const config = await exampleGroup()
      const results = Array.from({ length: SEEDS }, (_, seed) => runSchedule(config, seed + 1))
      expect(results.filter(({ forbidden }) => forbidden.length > 0)).toEqual([])
      expect(results.filter(({ lawless }) => lawless.length > 0)).toEqual([])
      expect(results.filter(({ fenceBreaks }) => fenceBreaks > 0)).toEqual([])
      expect(results.filter(({ leaders }) => leaders.length !== 1)).toEqual([])
      // Histories that never come near the edge would show nothing.
      expect(results.some(({ overlaps }) => overlaps > 0)).toBe(true)
    },
    TIMEOUT_MS,
  )

  it(
    `${ALWAYS_SEEDS} of them with witnessQuorumFor: always: nobody but a thawed host ever acts beside another`,
    async () => {
      const group = await exampleGroup()
      const coordinator = { kind: 'chain', witnessQuorumFor: 'always', withoutWitnesses: 'stop' } as const
      const config = { ...group, coordinator }
      const results = Array.from({ length: ALWAYS_SEEDS }, (_, seed) => runSchedule(config, seed + 1))
      expect(results.filter(({ forbidden }) => forbidden.length > 0)).toEqual([])
      expect(results.filter(({ leaders }) => leaders.length !== 1)).toEqual([])
    },
    TIMEOUT_MS,
  )

  it('one seed is one history', async () => {
    const config = await exampleGroup()
    expect(runSchedule(config, 7)).toEqual(runSchedule(config, 7))
  })
})
