import { seededRandom } from '@montana/foundation'
import type { Dead, Job, Scenario } from './types.js'

export interface PlanInit {
  readonly scenarios: readonly Scenario[]
  readonly dead: readonly Dead[]
  /** Of each scenario with each number of dead hosts. */
  readonly trials: number
  readonly seed: number
}

/** All trials, in an order that the seed draws: what the host does for a while hits all cells alike. Pure. */
export function planTrials({ scenarios, dead, trials, seed }: PlanInit): Job[] {
  const random = seededRandom(seed)
  const numbers = Array.from({ length: trials }, (_, index) => index + 1)
  const jobs = scenarios.flatMap((scenario) =>
    dead.flatMap((count) => numbers.map((trial) => ({ scenario, dead: count, trial }))),
  )
  const keyed = jobs.map((job) => ({ job, key: random.next() }))
  return keyed.sort((a, b) => a.key - b.key).map(({ job }) => job)
}

export function nameOf({ scenario, dead, trial }: Job): string {
  return `${scenario}/${dead}/${trial}`
}

/** What is random in one trial, whenever and in whichever group it takes place. */
export function randomOf(job: Job, seed: number): () => number {
  const mixed = [...nameOf(job)].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), seed)
  const random = seededRandom(mixed)
  return () => random.next()
}
