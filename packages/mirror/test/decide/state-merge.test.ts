import { describe, expect, it } from 'vitest'
import { ledgerFields, mergeState } from '../../src/decide/state-merge.js'

const FIELD = { path: ['history', 'sent'], id: 'id', at: 'at' }

function merged(primary: [unknown, number], replica: [unknown, number]) {
  const side = ([value, epoch]: [unknown, number]) => ({ text: JSON.stringify(value), epoch })
  const { text, findings } = mergeState(side(primary), side(replica), [FIELD])
  return { state: text === null ? null : (JSON.parse(text) as unknown), text, findings }
}

describe('merging state/current.json (11.3 step 4)', () => {
  it('takes the record of the higher epoch, whichever side it is, without mirrors', () => {
    const old = { meta: { at: 1 }, x: 'old', mirrors: {} }
    const young = { meta: { at: 2 }, mirrors: { schema: 2 }, z: 1, a: 2 }
    const expected = { meta: { at: 2 }, z: 1, a: 2 }
    expect(merged([old, 1], [young, 2]).state).toEqual(expected)
    expect(merged([young, 3], [old, 2]).text).toBe(`${JSON.stringify(expected, null, 2)}\n`)
  })

  it('unites the fields that are ledgers and leaves their neighbours', () => {
    const primary = { history: { sent: [{ id: 'a', at: 1 }], note: 'primary' } }
    const replica = { history: { sent: [{ id: 'b', at: 2 }], note: 'replica' } }
    const sent = [
      { id: 'a', at: 1 },
      { id: 'b', at: 2 },
    ]
    expect(merged([primary, 1], [replica, 2]).state).toEqual({ history: { sent, note: 'replica' } })
  })

  it('makes the field when only the other side has it', () => {
    expect(merged([{ history: { sent: [{ id: 'a' }] } }, 1], [{}, 2]).state).toEqual({
      history: { sent: [{ id: 'a' }] },
    })
  })

  it('keeps each key as it is, whatever was read before', () => {
    const texts = ['{"quiet":1,"\\\\":2}', '{"quiet":1,"\\"":2}']
    const read = texts.map((text) => mergeState({ text, epoch: 1 }, { text: '{}', epoch: 0 }, []).text)
    expect(read).toEqual(['{\n  "quiet": 1,\n  "\\\\": 2\n}\n', '{\n  "quiet": 1,\n  "\\"": 2\n}\n'])
  })

  it('writes nothing when a side cannot be read', () => {
    expect(merged([[], 1], [{}, 2])).toMatchObject({ state: null, findings: [{ code: 'STATE_UNREADABLE' }] })
  })

  it('finds its fields among the ledgers of the manifest', () => {
    const ledger = (path: string) => ({ path, format: 'json-array' as const, id: 'id', at: 'at' })
    const ledgers = [ledger('audit.json'), ledger('state/current.json#history.sent')]
    expect(ledgerFields(ledgers, 'state/current.json')).toEqual([FIELD])
  })
})
