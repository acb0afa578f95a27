import { Pool, type Violation } from '@montana/simulation'
import type { FormerBug } from './former-bug.js'

/** One seed with the bug and without it. */
export interface Refound {
  readonly id: string
  readonly seed: number
  readonly withBug: Violation | undefined
  readonly without: Violation | undefined
}

/** The same history twice: once over the engine with its former bug, once over the sound one. */
export async function refind(bug: FormerBug, seed: number): Promise<Refound> {
  const [withBug, without] = await Promise.all([runOver(bug, seed, true), runOver(bug, seed, false)])
  return { id: bug.id, seed, withBug, without }
}

async function runOver({ plan, patches }: FormerBug, seed: number, isPlanted: boolean): Promise<Violation | undefined> {
  await using pool = new Pool(1, ...(isPlanted ? patches : []))
  return (await pool.runOne({ ...plan, seed })).violation
}

export interface Noticed {
  readonly seed: number
  readonly violation: Violation
  /** Time of the processor. */
  readonly computingMs: number
}

/** Seeds at which an oracle notices, as they are found: how a seed for the register is looked for. */
export async function* searchSeeds(bug: FormerBug, start: number, count: number): AsyncGenerator<Noticed> {
  const { plan, patches } = bug
  await using pool = new Pool(undefined, ...patches)
  const jobs = Array.from({ length: count }, (_, index) => ({ ...plan, seed: start + index }))
  for await (const { seed, violation, computingMs } of pool.run(jobs))
    if (violation) yield { seed, violation, computingMs }
}
