import { describe, expect, it } from 'vitest'
import { tellFigure } from '../../support/figure.js'
import { drawPlan } from '../src/plan/plan.js'
import { PLANTED_BUGS } from '../src/planted/catalogue.js'
import { runSeed } from '../src/run/run-seed.js'
import { searchPlanted, simulate } from './support/cli.js'

const HOUR_MS = 3_600_000
const PAIRS = 200
const PAIR_WINDOWS = 15

describe('the whole search', () => {
  it('finds nothing in a thousand seeds', { timeout: HOUR_MS }, async () => {
    const { passed, failures } = await simulate('--seeds', '1000')
    expect(failures).toEqual([])
    expect(passed).toBe(1000)
  })

  it('finds every planted bug by an oracle that should', { timeout: HOUR_MS }, async () => {
    const { passed, bugs } = await searchPlanted()
    expect(bugs.filter(({ seeds, isSurprise }) => seeds === undefined || isSurprise)).toEqual([])
    expect(passed).toBe(PLANTED_BUGS.length)
  })

  it('gives the same trace of each of two hundred seeds in another process', { timeout: HOUR_MS }, async () => {
    const differing: number[] = []
    for (let seed = 1; seed <= PAIRS; seed++) {
      const { traceHash } = await simulate('--seed', `${seed}`, '--windows', `${PAIR_WINDOWS}`)
      if (traceHash !== runSeed(drawPlan(seed, { windows: PAIR_WINDOWS })).traceHash) differing.push(seed)
    }
    tellFigure('r3-traces', differing.length, 'one version of Node.js, runs of 15 windows')
    expect(differing).toEqual([])
  })
})
