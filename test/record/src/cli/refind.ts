import { UsageError } from '@montana/foundation'
import { FORMER_BUGS } from '../refind/catalogue.js'
import type { FormerBug } from '../refind/former-bug.js'
import { type Refound, refind, searchSeeds } from '../refind/simulation.js'
import { loadRegister } from '../register/load.js'
import type { RefindCommand } from './options.js'

type Print = (text: string) => void

export async function runRefind({ ids, seeds, json }: RefindCommand, print: Print): Promise<number> {
  const bugs = ids.length === 0 ? FORMER_BUGS : ids.map(bugOf)
  if (seeds) return await search(bugs, seeds, print)
  const results = []
  for (const bug of bugs) {
    const result = await refind(bug, seedOf(bug.id))
    results.push(result)
    if (!json) print(inWords(result))
  }
  if (json) print(JSON.stringify(results))
  return results.every(isRefound) ? 0 : 1
}

export function isRefound({ withBug, without }: Refound): boolean {
  return withBug !== undefined && without === undefined
}

function inWords(result: Refound): string {
  const { id, seed, withBug, without } = result
  const noticed = withBug ? `invariant ${withBug.invariant} (${withBug.name}): ${withBug.detail}` : 'nothing noticed it'
  const sound = without ? `; the sound engine fails too: ${without.detail}` : ''
  return `${isRefound(result) ? 'found' : 'NOT FOUND'} ${id} seed ${seed}: ${noticed}${sound}`
}

async function search(bugs: readonly FormerBug[], [from, to]: readonly [number, number], print: Print) {
  const [bug, ...others] = bugs
  if (!bug || others.length > 0) throw new UsageError('--seeds looks for seeds of one bug: name one id')
  let found = 0
  for await (const { seed, violation, computingMs } of searchSeeds(bug, from, to - from + 1)) {
    found++
    print(`${bug.id} seed ${seed}, ${Math.round(computingMs)} ms: ${violation.name} ${violation.detail}`)
  }
  return found > 0 ? 0 : 1
}

function bugOf(id: string): FormerBug {
  const bug = FORMER_BUGS.find((one) => one.id === id)
  if (!bug)
    throw new UsageError(`${id} has no former code to put back; one of ${FORMER_BUGS.map((one) => one.id).join(', ')}`)
  return bug
}

function seedOf(id: string): number {
  const refound = loadRegister().findings.find((one) => one.id === id)?.refind
  if (refound?.kind !== 'simulation') throw new UsageError(`${id} has no seed in docs/findings.json`)
  return refound.seed
}
