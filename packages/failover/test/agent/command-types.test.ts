import { describe, expect, it } from 'vitest'
import { agentCommandSchema } from '../../src/agent/command-types.js'

const PAUSE = { kind: 'pause', forMs: 60_000, reason: 'work', by: 'operator' }
const problemOf = (change: object) => agentCommandSchema.safeParse({ ...PAUSE, ...change }).error?.issues[0]?.message

describe('an order of an operator', () => {
  it('is one of those that there are', () => {
    expect(agentCommandSchema.parse(PAUSE)).toEqual(PAUSE)
    expect(agentCommandSchema.safeParse({ ...PAUSE, kind: 'stop' }).success).toBe(false)
  })

  it.each([
    ['of no words', ''],
    ['longer than what the channel carries', 'x'.repeat(201)],
    ['of two lines', 'a\nb'],
    ['with what a terminal obeys', '\u001b[31mred'],
  ])('has no reason %s', (_, reason) => {
    expect(problemOf({ reason })).toBe('is not one line of 1 to 200 characters')
  })

  it('says which times it takes', () => {
    expect(problemOf({ forMs: 90_000_000 })).toBe('is not from 1 s to 24 h')
    expect(problemOf({ kind: 'step-down', forMs: -1 })).toBe('is not from 0 s to 24 h')
  })
})
