import { describe, expect, it } from 'vitest'
import { isNeverCopied, keptNames, nameProblem, VALUE_BYTES, valueProblem } from '../../src/decide/names.js'

describe('names and values', () => {
  it('takes what the provider takes', () => {
    expect(nameProblem('_a1')).toBeNull()
    expect(valueProblem('x'.repeat(VALUE_BYTES))).toBeNull()
  })

  it('counts bytes, not characters, and does not show the value', () => {
    const problem = valueProblem('ä'.repeat(VALUE_BYTES / 2 + 1))
    expect(problem).toContain(String(VALUE_BYTES + 2))
    expect(problem).not.toContain('ä')
  })

  it('refuses names of the provider in any case', () => {
    expect(nameProblem('github_x')).toContain('GITHUB_')
    expect(nameProblem('a'.repeat(257))).toContain('256')
  })

  it('keeps gates, listed names and credentials of other targets at home', () => {
    const gates = [{ name: 'GATE', inert: 'true', live: 'false' }]
    const kept = keptNames({ notCopied: ['N'], gates }, ['OTHER_TOKEN'])
    expect(['gate', 'n', 'other_token', 'X'].map((name) => isNeverCopied(name, kept))).toEqual([
      true,
      true,
      true,
      false,
    ])
  })
})
