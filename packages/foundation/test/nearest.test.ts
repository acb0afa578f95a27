import { describe, expect, it } from 'vitest'
import { nearest } from '../src/nearest.js'

describe('the nearest word', () => {
  const known = ['hosts', 'policies', 'maxRecoveryMs', 'maxSurvivorRecoveryMs', 'url', 'kind']

  it.each([
    ['host', 'hosts'],
    ['policys', 'policies'],
    ['max_recovery_ms', 'maxRecoveryMs'],
    ['maxRecovery', 'maxRecoveryMs'],
    ['uri', 'url'],
    ['KIND', 'kind'],
    ['xyz', undefined],
    ['', undefined],
    ['recovery', undefined],
  ])('of %j is %j', (word, expected) => {
    expect(nearest(word, known)).toBe(expected)
  })

  it('of nothing known is none', () => {
    expect(nearest('hosts', [])).toBeUndefined()
  })
})
