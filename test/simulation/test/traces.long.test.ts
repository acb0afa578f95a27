import { expect, it } from 'vitest'
import { tellFigure } from '../../support/figure.js'
import { drawPlan } from '../src/plan/plan.js'
import { runSeed } from '../src/run/run-seed.js'
import { simulate } from './support/cli.js'

const HOUR_MS = 3_600_000
const PAIRS = 200
const PAIR_WINDOWS = 15

it('gives the same trace of each of two hundred seeds in another process', { timeout: HOUR_MS }, async () => {
  const differing: number[] = []
  for (let seed = 1; seed <= PAIRS; seed++) {
    const { traceHash } = await simulate('--seed', `${seed}`, '--windows', `${PAIR_WINDOWS}`)
    if (traceHash !== runSeed(drawPlan(seed, { windows: PAIR_WINDOWS })).traceHash) differing.push(seed)
  }
  tellFigure('r3-traces', differing.length, 'one version of Node.js, runs of 15 windows')
  expect(differing).toEqual([])
})
