import { expect } from 'vitest'
import { documentText, parseDocument } from '../src/index.js'
import { ROSTER_KIND, type RosterDocument } from '../src/roster/index.js'
import { mutate, randomBelow } from './roster-mutation-support.js'
import { entry, rosterOf, signed, verifyRoster } from './roster-support.js'
import { fleetOf } from './support.js'

/** How many of `count` mutants were refused, by code; those that say the same as the original are not counted. */
export async function refuseMutants(count: number, seed: number): Promise<Record<string, number>> {
  const fleet = await fleetOf(1, 1)
  const entries = ['a', 'b', 'c', 'd'].map((label, index) => entry(label, index + 1))
  const document = await signed(rosterOf(entries), fleet)
  const [text, random] = [documentText(document), randomBelow(seed)]
  const { sha256 } = await verifyRoster(new TextEncoder().encode(text), fleet)
  const codes: Record<string, number> = {}
  for (let done = 0; done < count; ) {
    const mutant = mutate(text, document, random)
    if (saysTheSame(mutant, document)) continue
    const code = await verifyRoster(mutant, fleet).then(
      (verified) => `ACCEPTED ${verified.sha256 === sha256} ${Buffer.from(mutant).toString('latin1')}`,
      (error: { code: string }) => error.code,
    )
    codes[code] = (codes[code] ?? 0) + 1
    done += 1
  }
  return codes
}

/** Other white space, or another order of keys, is another file of the same document. */
function saysTheSame(mutant: Uint8Array, document: RosterDocument): boolean {
  try {
    expect(parseDocument(mutant, ROSTER_KIND).document).toEqual(document)
    return true
  } catch {
    return false
  }
}
