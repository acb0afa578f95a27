import { Pool, type Violation } from '@montana/simulation'
import type { FormerBug, Refound } from './former-bug.js'

/** The same history twice: once over the engine with its former bug, once over the sound one. */
export async function refindBySeed(
  bug: FormerBug,
  { seed, invariant }: { seed: number; invariant: number },
): Promise<Refound> {
  const noticed = await runOver(bug, bug.patches, seed)
  const today = await runOver(bug, [], seed)
  return {
    id: bug.id,
    by: `seed ${seed}`,
    noticed: noticed && {
      ...{ invariant: noticed.invariant, what: inWords(noticed) },
      isExpected: noticed.invariant === invariant,
    },
    wrongToday: today && inWords(today),
  }
}

async function runOver(
  { plan }: FormerBug,
  patches: FormerBug['patches'],
  seed: number,
): Promise<Violation | undefined> {
  await using pool = new Pool(1, ...patches)
  return (await pool.runOne({ ...plan, seed })).violation
}

function inWords({ invariant, name, window, detail }: Violation): string {
  return `invariant ${invariant} (${name}), window ${window}: ${detail}`
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
