import { describe, expect, it } from 'vitest'
import type { Mode, Standing } from '../../src/index.js'
import { effectsOf } from '../../src/runner/environment.js'

const CASES: readonly (readonly [Mode, Standing, string])[] = [
  ['LEASED', 'majority', 'all'],
  ['CHAIN', 'majority', 'all'],
  ['CHAIN', 'minority', 'idempotent'],
  ['SURVIVOR', 'minority', 'idempotent'],
  ['ISOLATED', 'none', 'none'],
]

describe('what may leave the host without a fence', () => {
  it.each(CASES)('%s with standing %s: %s', (mode, standing, allowed) => {
    expect(effectsOf({ mode, standing }, { effects: { survivor: 'idempotent' } })).toBe(allowed)
  })

  it.each(['none', 'idempotent', 'all'] as const)('a survivor may what the service says: %s', (survivor) => {
    expect(effectsOf({ mode: 'SURVIVOR', standing: 'minority' }, { effects: { survivor } })).toBe(survivor)
  })
})
