import type { ConsensusContext } from '@montana/consensus'
import { ZERO_HASH } from '@montana/consensus'
import type { ReadStore } from '@montana/store'
import { candidateSeed } from '@montana/timechain'

/** D(window) as far as `context` knows it: its own epoch and the three before (spec protocol 3.1, 5.4). */
export function stepsOf(context: ConsensusContext, window: number, tau2Windows: number): number | undefined {
  const epochOf = (w: number) => Math.floor((w - 1) / tau2Windows)
  const age = epochOf(context.window + 1) - epochOf(window)
  const steps = age === 0 ? context.nextD : context.epochDs[age - 1]
  return steps === 0 ? undefined : steps
}

/** S = Σ D(wStart + j), j = 1 … windows; undefined where the context no longer knows, or does not know yet, one of them. */
export function totalSteps(
  context: ConsensusContext,
  { wStart, windows }: { wStart: number; windows: number },
  tau2Windows: number,
): number | undefined {
  let sum = 0
  for (let j = 1; j <= windows; j++) {
    const steps = stepsOf(context, wStart + j, tau2Windows)
    if (steps === undefined) return undefined
    sum += steps
  }
  return Number.isSafeInteger(sum) ? sum : undefined
}

/** Where a candidate's chain from `wStart` begins: T_r(wStart) and CBA(wStart − 2) of the own store (spec protocol 12.4). */
export function seedOf(store: ReadStore, wStart: number, nodeId: Uint8Array): Uint8Array | undefined {
  const start = store.windowAt(wStart)
  // An aggregate is known, and stored, with the window after its own.
  const aggregate = wStart < 4 ? ZERO_HASH : store.windowAt(wStart - 1)?.cba
  return start && aggregate && candidateSeed(start.timechainValue, aggregate, nodeId)
}
