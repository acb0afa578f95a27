import { PLANTED_BUGS, runPlanted } from '@montana/fuzz'
import { expect, it } from 'vitest'

/** Each bug may take so long; most are found in the first. */
const SECONDS = 30
const TIMEOUT_MS = PLANTED_BUGS.length * 60_000

it('every planted bug is found, by a rule that should notice it', { timeout: TIMEOUT_MS }, async () => {
  const { bugs } = await runPlanted({ seconds: SECONDS, seed: 1 }, () => {})
  const found = bugs.filter(({ isFound }) => isFound).map(({ name }) => name)
  expect(found.sort()).toEqual(PLANTED_BUGS.map(({ name }) => name).sort())
})
