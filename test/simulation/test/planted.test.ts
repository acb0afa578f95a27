import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawPlan } from '../src/plan/plan.js'
import { PLANTED_BUGS } from '../src/planted/catalogue.js'
import * as circumstances from '../src/planted/circumstances.js'
import { patchSource } from '../src/planted/patch.js'
import { runSeed } from '../src/run/run-seed.js'
import { searchPlanted } from './support/cli.js'

const ROOT = join(import.meta.dirname, '..', '..', '..')

describe('planted bugs', () => {
  it('change exactly one place, or say that they cannot', () => {
    const patch = { file: 'a.js', find: 'a >= b', replace: 'a > b' }
    expect(patchSource('if (a >= b)', patch)).toBe('if (a > b)')
    expect(() => patchSource('if (a < b)', patch)).toThrow('0 places')
    expect(() => patchSource('a >= b, a >= b', patch)).toThrow('2 places')
  })

  const patched = PLANTED_BUGS.flatMap(({ name, patch }) => (patch ? [[name, patch] as const] : []))
  it.each(patched)('%s still finds its place in the product', (_, patch) => {
    const source = readFileSync(join(ROOT, patch.file), 'utf8')
    expect(patchSource(source, patch)).not.toBe(source)
  })

  it('are at least twenty, each with one way in', () => {
    expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(20)
    for (const { host, patch } of PLANTED_BUGS) expect(Number(!!host) + Number(!!patch)).toBe(1)
  })

  it.each([
    ['commit-after-broadcast', 11],
    ['quorum-off-by-one', 6],
  ])('%s is found', { timeout: 60_000 }, async (name, invariant) => {
    const { passed, bugs } = await searchPlanted('--only', name, '--seeds', '32')
    expect(passed).toBe(1)
    expect(bugs).toMatchObject([{ name, invariant, isSurprise: false }])
  })

  const { lying, ...fixed } = circumstances
  const plans = { ...fixed, lying: lying('false-winner', 'repeated-signer') }
  it.each(Object.entries(plans))('are not found in a sound engine: %s', { timeout: 60_000 }, (_, plan) => {
    expect(runSeed(drawPlan(1, { ...plan, windows: 12 })).violation).toBeUndefined()
  })
})
