import { expect, it } from 'vitest'
import { checkSupply } from '../src/check.js'

/** Without advisories: a test asks nobody elsewhere. `npm run check:supply` does. */
it('what the lockfiles of this checkout bring in keeps to the policy', () => {
  const { packages, crates, breaches, skipped } = checkSupply({ advisories: false })
  for (const reason of skipped) process.stdout.write(`SKIPPED: ${reason}\n`)
  expect(breaches).toEqual([])
  expect(packages).toBeGreaterThan(300)
  expect(crates).toBeGreaterThan(30)
}, 60_000)
