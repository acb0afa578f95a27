import { describe, expect, it } from 'vitest'
import { gatesOf, renewableOf, type Told } from '../../src/decide/renewable.js'

const gates = [
  { name: 'ADAPTER_MOCK_MODE', inert: 'true', live: 'false' },
  { name: 'MAIL_MODE', inert: 'off', live: 'on' },
]
const told = (change: Partial<Told> = {}): Told => ({
  ...{ autoPromote: null, permitMs: 1_800_000, gates, values: { ADAPTER_MOCK_MODE: 'false', OTHER: 'x' } },
  ...change,
})

describe('what a renewal writes anew', () => {
  it('are the gates that were told, and nothing that is no gate', () => {
    expect(renewableOf('MASTER', told())).toEqual({ gates: { ADAPTER_MOCK_MODE: 'false' } })
  })

  it('is the permit only where automatic promotion was told of', () => {
    const content = { autoPromote: false, permitMinutes: 30, gates: { ADAPTER_MOCK_MODE: 'false' } }
    expect(renewableOf('MASTER', told({ autoPromote: false }))).toEqual(content)
  })

  it('leaves the gates of the record alone where none was told, or an empty one', () => {
    expect(renewableOf('MASTER', told({ values: {} }))).not.toHaveProperty('gates')
    expect(renewableOf('MASTER', told({ values: { MAIL_MODE: '' } }))).not.toHaveProperty('gates')
    expect(gatesOf({ gates: [], values: { MAIL_MODE: 'on' } })).toEqual({})
  })

  it.each(['SLAVE', 'TEMPORARY_MASTER', null] as const)(
    'is nothing of a %s: its gates are not those of a primary',
    (role) => {
      expect(renewableOf(role, told({ autoPromote: true }))).toEqual({})
    },
  )
})
