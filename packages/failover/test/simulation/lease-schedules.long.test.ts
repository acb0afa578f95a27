import { expect, it } from 'vitest'
import { isLeaseGood, runLeaseSchedule } from './lease-schedule.js'
import { checkPartitions } from './partitions.js'
import { leasedGroup } from './support.js'

const SEEDS = Number(process.env.MONTANA_LONG_RUNS ?? 10_000)
const TIMEOUT_MS = 4 * 3_600_000

it(
  `${SEEDS} random histories with leases: never two leaders, never two in one epoch, no service outlives its lease`,
  async () => {
    const config = await leasedGroup()
    const bad = []
    let expiries = 0
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = runLeaseSchedule(config, seed)
      expiries += result.expiries
      if (!isLeaseGood(result)) bad.push(result)
      // The event loop of the runner has to turn, or it is taken for dead.
      if (seed % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(bad).toEqual([])
    expect(expiries).toBeGreaterThan(SEEDS / 2)
  },
  TIMEOUT_MS,
)

it(
  'every partition of five hosts, and every set of its islands that reaches etcd: one leader where any does, else none',
  async () => {
    await checkPartitions(await leasedGroup(), () => true)
  },
  TIMEOUT_MS,
)
