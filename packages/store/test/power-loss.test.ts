import { describe, expect, it } from 'vitest'
import { tellFigure } from '../../../test/support/figure.js'
import { isLong } from '../../../test/support/long-it.js'
import { LOSSES } from '../../../test/support/power-loss/loss.js'
import { whyNoTrace } from '../../../test/support/power-loss/record.js'
import { injections, type Story } from './power-loss/injections.js'
import { type Outcome, outcomeOf } from './power-loss/outcome.js'
import { careless, fresh, grown, restarted, stopped } from './power-loss/stories.js'

const GOAL = 500
const RESTART_S = 10
const TIMEOUT_MS = isLong ? 1_800_000 : 60_000
const missing = whyNoTrace()

/** From one story to the next; odd, so that the kinds of losses take turns also where there are few of each. */
const SEEDS = 1_003

/** How many losses of power each story gets. The calls of the restarted ones are those of its first windows. */
const STORIES: readonly (readonly [name: string, story: () => Story, losses: number])[] = isLong
  ? [
      ['from the first byte on', () => fresh(40), 104],
      ['while the log is written back', () => grown(120), 200],
      ['stopped in order and started again', stopped, 96],
      ...range(3, 40).map((call) => [`killed at fsync ${call}`, () => restarted('KILL', call), 4] as const),
      ...range(5, 29).map((call) => [`failed at fsync ${call}`, () => restarted('EIO', call), 4] as const),
    ]
  : [
      ['from the first byte on', () => fresh(8), 16],
      ['stopped in order and started again', stopped, 16],
      ['killed at its fsync', () => restarted('KILL', 11), 8],
      ['failed at its fsync', () => restarted('EIO', 9), 8],
    ]

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

interface Result extends Outcome {
  readonly story: string
  readonly seed: number
  readonly loss: string
}

function resultsOf(name: string, story: Story, losses: number, seed: number): Result[] {
  return Array.from(injections(story, losses, seed), (injection, index) => {
    const outcome = outcomeOf(injection, index === 0)
    return { ...outcome, story: name, seed: injection.seed, loss: injection.loss }
  })
}

describe(`a loss of power${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  it.skipIf(missing !== undefined)(
    'loses no window and no signature that was told, leaves no half of one, and the store opens by itself',
    () => {
      const results = STORIES.flatMap(([name, story, losses], at) => resultsOf(name, story(), losses, SEEDS * (at + 1)))
      const bad = results.filter(({ verdict }) => verdict !== 'kept')
      const slowestS = Math.max(...results.map(({ tookMs }) => tookMs)) / 1_000
      const short = results.length < GOAL ? `${results.length} losses of ${GOAL}` : undefined
      tellFigure('r7-lost', bad.length, short)
      tellFigure('r7-restart', slowestS, short)
      expect(bad).toEqual([])
      expect(slowestS).toBeLessThan(RESTART_S)
    },
    TIMEOUT_MS,
  )

  it.skipIf(missing !== undefined)('is noticed where the log is never synchronised', () => {
    const results = resultsOf('careless', careless(8), 3 * LOSSES.length, 1)
    const noticed = results.filter(({ verdict }) => verdict !== 'kept')
    expect(noticed.length).toBeGreaterThan(LOSSES.length / 2)
    // Where everything reached the disk nothing is lost, whoever wrote it.
    expect(noticed.filter(({ loss }) => loss === 'all')).toEqual([])
  })
})
