import type { ConsensusContext } from '@montana/consensus'

/** D(window) as far as `context` knows it: its own epoch and the three before (spec protocol 3.1, 5.4). */
export function stepsOf(context: ConsensusContext, window: number, tau2Windows: number): number | undefined {
  const epochOf = (w: number) => Math.floor((w - 1) / tau2Windows)
  const age = epochOf(context.window + 1) - epochOf(window)
  const steps = age === 0 ? context.nextD : context.epochDs[age - 1]
  return steps === 0 ? undefined : steps
}
