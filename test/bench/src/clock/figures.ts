import type { Row } from '../bench.js'
import { measuredOnly } from '../figures.js'
import { cores } from './verification.js'

const MILLION = 1e6
/** Steps of a window of the production network: spec protocol 4.1. */
const WINDOW_STEPS = 325_000_000

/** Rates on their own, for goals that compare with no peer; what was not measured is left out. */
export function clockFigures(rows: readonly Row[]): Record<string, number> {
  const rate = (name: string) => rows.find((row) => row.name === name)?.stepsPerSecond ?? Number.NaN
  const verify = (threads: number) => rate(`verify, measured choice, ${cores(threads)}`)
  return measuredOnly([
    ['chainMSteps', rate('native chain') / MILLION],
    ['verifyOneCoreMSteps', verify(1) / MILLION],
    ['verifyTwoCoresMSteps', verify(2) / MILLION],
    ['productionWindowCheckSeconds', WINDOW_STEPS / verify(2)],
  ])
}
