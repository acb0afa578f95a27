import { expect, it } from 'vitest'
import { tally } from './world/search.js'

const RUNS = Number(process.env.MONTANA_LONG_RUNS ?? 100_000)
/** Beyond those of the short test. */
const FIRST = 1_000_000

it(
  `scenario 11, ${RUNS} further schedules`,
  () => {
    expect(tally(FIRST, RUNS).violations).toEqual([])
  },
  24 * 3_600_000,
)
