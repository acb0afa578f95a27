import type { Job, JobResult } from '../run/job.js'
import { Pool } from '../run/pool.js'
import type { PlantedBug } from './planted-bug.js'

export interface PlantedOutcome {
  readonly name: string
  readonly what: string
  /** How many seeds it took; absent when no oracle noticed. */
  readonly seeds: number | undefined
  readonly seed: number | undefined
  readonly invariant: number | undefined
  readonly oracle: string | undefined
  readonly detail: string | undefined
  /** An oracle noticed, but not one that the catalogue names. */
  readonly isSurprise: boolean
}

/** Runs seeds with the bug until an oracle notices that should; whatever else was noticed first is a surprise. */
export async function searchPlanted(bug: PlantedBug, start: number, maxSeeds: number): Promise<PlantedOutcome> {
  await using pool = new Pool(undefined, ...(bug.patch ? [bug.patch] : []))
  let seeds = 0
  let surprise: PlantedOutcome | undefined
  for await (const result of pool.run(jobs(bug, start, maxSeeds))) {
    seeds++
    const outcome = result.violation && found(bug, seeds, result)
    if (outcome && !outcome.isSurprise) return outcome
    surprise ??= outcome
  }
  if (surprise) return surprise
  return {
    ...nameOf(bug),
    seeds: undefined,
    seed: undefined,
    ...{ invariant: undefined, oracle: undefined, detail: undefined },
    isSurprise: false,
  }
}

function* jobs({ host, plan }: PlantedBug, start: number, count: number): Generator<Job> {
  for (let seed = start; seed < start + count; seed++) yield { ...plan, seed, ...(host && { bug: host }) }
}

function found(bug: PlantedBug, seeds: number, { seed, violation }: JobResult): PlantedOutcome {
  const { invariant, name: oracle, detail } = violation ?? {}
  const isSurprise = invariant === undefined || !bug.invariants.includes(invariant)
  return { ...nameOf(bug), seeds, seed, invariant, oracle, detail, isSurprise }
}

function nameOf({ name, what }: PlantedBug) {
  return { name, what }
}
