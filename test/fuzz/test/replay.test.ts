import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CORPUS_FOLDER, GROUP_NAMES, replay } from '@montana/fuzz'
import { expect, it } from 'vitest'

const MAX_CORPUS_BYTES = 2 * 1_048_576
/** Below each group so many targets must be: a list that shrinks unseen tests less. */
const TARGETS: Readonly<Record<string, number>> = {
  ledger: 16,
  network: 47,
  store: 16,
  documents: 30,
  failover: 25,
  mirror: 32,
  soak: 30,
  consensus: 8,
}

it.each(GROUP_NAMES)('every kept input of %s keeps every rule, and every target accepts a seed', async (group) => {
  const { targets, inputs, breaches, refusing } = await replay([group])
  expect({ breaches, refusing }).toEqual({ breaches: [], refusing: [] })
  expect(targets).toBeGreaterThanOrEqual(TARGETS[group] ?? 1)
  expect(inputs).toBeGreaterThan(targets)
})

it('the kept corpus stays small', () => {
  const files = readdirSync(CORPUS_FOLDER, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const bytes = files.map(({ parentPath, name }) => statSync(join(parentPath, name)).size)
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_CORPUS_BYTES)
})
