import { seededRandom } from '@montana/foundation'
import { beforeAll, expect, it } from 'vitest'
import { longIt } from '../../../test/support/long-it.js'
import { documentDigest, documentText, MANIFEST_KIND, type ManifestDocument, verifyDocument } from '../src/index.js'
import { manifestOf, signAll, textBytes } from './manifest-support.js'
import { type Fleet, fleetOf, NOW, verify } from './support.js'

let fleet: Fleet
let good: ManifestDocument

beforeAll(async () => {
  fleet = await fleetOf(3, 2)
  good = await signAll(await manifestOf({ version: 5 }), fleet)
})

type Random = ReturnType<typeof seededRandom>
type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const below = (random: Random, limit: number) => Math.floor(random.next() * limit)
const pick = <T>(random: Random, list: readonly T[]) => list[below(random, list.length)] as T

/** Every place in the document that holds something: its parent and its key. */
function placesOf(value: Json, places: [Json, string | number][] = []): [Json, string | number][] {
  if (typeof value !== 'object' || value === null) return places
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    places.push([value, key])
    placesOf((value as { [key: string]: Json })[key] as Json, places)
  }
  return places
}

function mutateText(text: string, random: Random): string {
  const at = below(random, text.length)
  const insert = pick(random, [
    '"',
    '{',
    '}',
    '0',
    '9',
    ',',
    '\\',
    '\u0000',
    'é',
    ' "x": 1,',
    String(below(random, 10)),
  ])
  const cut = pick(random, [0, 1, 1, 1, 7])
  return text.slice(0, at) + insert + text.slice(at + cut)
}

/** A value changed, removed, doubled or moved somewhere in the tree. */
function mutateTree(text: string, random: Random): string {
  const document = JSON.parse(text) as Json
  const [parent, key] = pick(random, placesOf(document)) as [{ [key: string]: Json }, string]
  const before = parent[key] as Json
  const change = pick(random, ['remove', 'copy', 'other', 'bit'])
  if (change === 'remove' && !Array.isArray(parent)) delete parent[key]
  else if (change === 'remove' || change === 'copy') parent[key] = pick(random, placesOf(document))[0]
  else parent[key] = change === 'bit' ? bent(before, random) : pick(random, [null, 0, -1, 1e21, '', 'x', [], {}, true])
  try {
    return JSON.stringify(document, null, 2)
  } catch {
    // It was put into itself.
    return mutateText(text, random)
  }
}

function bent(value: Json, random: Random): Json {
  if (typeof value === 'number') return value + pick(random, [1, -1, 0.5, 2 ** 53])
  if (typeof value === 'boolean') return !value
  if (typeof value !== 'string' || value === '') return 'x'
  const at = below(random, value.length)
  const code = value.charCodeAt(at) ^ (1 << below(random, 7))
  return value.slice(0, at) + String.fromCharCode(code) + value.slice(at + 1)
}

/** What was accepted although it is not the document that the operators signed. */
async function acceptedOf(count: number, seed: number): Promise<string[]> {
  const random = seededRandom(seed)
  const [text, digest] = [documentText(good), documentDigest(good)]
  const accepted: string[] = []
  for (let done = 0; done < count; ) {
    const mutant = pick(random, [mutateText, mutateTree])(text, random)
    if (isSameDocument(mutant)) continue
    done++
    const modules = { trust: fleet.trust, verify, nowMs: NOW }
    const verified = await verifyDocument(textBytes(mutant), MANIFEST_KIND, modules).catch(() => undefined)
    if (verified && verified.sha256 !== digest) accepted.push(mutant)
    else if (verified) accepted.push(`the same content, of other text: ${mutant.slice(0, 100)}`)
  }
  return accepted
}

/** White space between tokens changes nothing, and two of three signatures are enough. */
function isSameDocument(mutant: string): boolean {
  try {
    return JSON.stringify(JSON.parse(mutant)) === JSON.stringify(good)
  } catch {
    return false
  }
}

it('none of 300 mutated documents is accepted', async () => {
  expect(await acceptedOf(300, 9)).toEqual([])
}, 120_000)

longIt(
  'none of 10,000 mutated documents is accepted',
  async () => {
    expect(await acceptedOf(10_000, 2026)).toEqual([])
  },
  600_000,
)
