import { expect, it } from 'vitest'
import { isGood, runSchedule } from './schedule.js'
import { servingGroup } from './support.js'

const SEEDS = Number(process.env.MONTANA_LONG_RUNS ?? 10_000)
const TIMEOUT_MS = 4 * 3_600_000

it(
  `${SEEDS} random histories: two act only where neither hears of the other, and the sink never steps back`,
  async () => {
    const config = await servingGroup()
    const bad = []
    let overlaps = 0
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = runSchedule(config, seed)
      overlaps += result.overlaps
      if (!isGood(result)) bad.push(result)
      // The event loop of the runner has to turn, or it is taken for dead.
      if (seed % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(bad).toEqual([])
    expect(overlaps).toBeGreaterThan(0)
  },
  TIMEOUT_MS,
)
