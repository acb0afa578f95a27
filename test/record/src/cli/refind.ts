import { UsageError } from '@montana/foundation'
import type { Refound } from '../refind/former-bug.js'
import { bugOf, isRefound, refind } from '../refind/refind.js'
import { searchSeeds } from '../refind/simulation.js'
import { loadRegister } from '../register/load.js'
import type { Finding } from '../register/schema.js'
import type { RefindCommand } from './options.js'

type Print = (text: string) => void

export async function runRefind({ ids, seeds, json }: RefindCommand, print: Print): Promise<number> {
  if (seeds) return await search(ids, seeds, print)
  const results = []
  for (const finding of findingsOf(ids)) {
    const result = await refind(finding)
    results.push(result)
    if (!json) print(inWords(result))
  }
  if (json) print(JSON.stringify(results))
  return results.every(isRefound) ? 0 : 1
}

function inWords(result: Refound): string {
  const { id, by, noticed, wrongToday } = result
  const sound = wrongToday ? `; the product of today fails too: ${wrongToday}` : ''
  const other = noticed && !noticed.isExpected ? 'another failure than that of the finding: ' : ''
  const what = noticed ? `${other}${noticed.what}` : 'nothing noticed it'
  return `${isRefound(result) ? 'found' : 'NOT FOUND'} ${id} by ${by}: ${what}${sound}`
}

async function search(ids: readonly string[], [from, to]: readonly [number, number], print: Print): Promise<number> {
  const [id, ...others] = ids
  if (id === undefined || others.length > 0) throw new UsageError('--seeds looks for seeds of one bug: name one id')
  let found = 0
  for await (const { seed, violation, computingMs } of searchSeeds(bugOf(id), from, to - from + 1)) {
    found++
    print(`${id} seed ${seed}, ${Math.round(computingMs)} ms: ${violation.name} ${violation.detail}`)
  }
  return found > 0 ? 0 : 1
}

/** Those that are named, or all that can be found again. */
function findingsOf(ids: readonly string[]): readonly Finding[] {
  const { findings } = loadRegister()
  if (ids.length === 0) return findings.filter(({ refind }) => refind.kind !== 'none')
  return ids.map((id) => {
    const finding = findings.find((one) => one.id === id)
    if (!finding) throw new UsageError(`docs/findings.json knows no ${id}`)
    return finding
  })
}
