import { type ConsensusContext, ZERO_HASH } from '@montana/consensus'
import { candidateSeed } from '@montana/timechain'
import type { ClockStub } from '../stubs/clock.js'
import type { Disk } from './disk.js'

/** A candidate's work as its registration states it. */
export interface WorkClaim {
  readonly nodeId: Uint8Array
  readonly wStart: number
  /** Windows of work, L. */
  readonly windows: number
}

/** The endpoint that the work must have: spec protocol 12.4. Undefined where this disk cannot say. */
export function workEndpoint(
  disk: Disk,
  clock: ClockStub,
  context: ConsensusContext,
  tau2Windows: number,
  { nodeId, wStart, windows }: WorkClaim,
): Uint8Array | undefined {
  const start = disk.commits[wStart - 1]
  // An aggregate is stored with the window after its own.
  const aggregate = wStart < 4 ? ZERO_HASH : disk.commits[wStart - 2]?.aggregate
  const steps = totalSteps(context, wStart, windows, tau2Windows)
  if (!start || !aggregate || steps === undefined) return undefined
  return clock.value(candidateSeed(start.timechainValue, aggregate, nodeId), steps)
}

function totalSteps(context: ConsensusContext, wStart: number, windows: number, tau2: number): number | undefined {
  let sum = 0
  for (let window = wStart + 1; window <= wStart + windows; window++) {
    const steps = stepsOf(context, window, tau2)
    if (!steps) return undefined
    sum += steps
  }
  return sum
}

/** D(window), from the epochs that the context knows. */
function stepsOf({ window: head, nextD, epochDs }: ConsensusContext, window: number, tau2: number): number | undefined {
  const epochOf = (w: number) => Math.floor((w - 1) / tau2)
  const age = epochOf(head + 1) - epochOf(window)
  return age === 0 ? nextD : epochDs[age - 1]
}
