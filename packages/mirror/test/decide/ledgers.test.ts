import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../src/contracts/config.js'
import { executedIds, idempotencyKey, pendingActions } from '../../src/decide/actions.js'
import { uniteLedgers } from '../../src/decide/ledgers.js'

const LINES: Ledger = { path: 'audit.ndjson', format: 'ndjson', id: 'id', at: 'at' }
const ARRAY: Ledger = { ...LINES, path: 'audit.json', format: 'json-array' }
const NO_TIME: Ledger = { ...LINES, at: null }

const lines = (...entries: unknown[]) => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
const ids = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { id: string }).id)

describe('uniting ledgers (11.3 step 4)', () => {
  it('orders by time, as times and not as texts', () => {
    const base = lines({ id: 'a', at: '2026-02-07T05:00:00Z' }, { id: 'c', at: '2026-02-07T07:00:00Z' })
    const other = lines({ id: 'a', at: '2026-02-07T05:00:00Z' }, { id: 'b', at: '2026-02-07T08:00:00+02:00' })
    expect(ids(uniteLedgers(base, other, LINES).text)).toEqual(['a', 'b', 'c'])
  })

  it('without a time keeps the order of the base and then that of the other', () => {
    const { text } = uniteLedgers(
      lines({ id: 'z' }, { id: 'a' }),
      lines({ id: 'z' }, { id: 'c' }, { id: 'b' }),
      NO_TIME,
    )
    expect(ids(text)).toEqual(['z', 'a', 'c', 'b'])
  })

  it('leaves an entry without time behind the one before it', () => {
    const base = lines({ id: 'a', at: 1 }, { id: 'note' }, { id: 'd', at: 4 })
    expect(ids(uniteLedgers(base, lines({ id: 'c', at: 3 }), LINES).text)).toEqual(['a', 'note', 'c', 'd'])
  })

  it('keeps both contents of one id and says so', () => {
    const { text, findings } = uniteLedgers(lines({ id: 'a', v: 1 }), lines({ id: 'a', v: 2 }), NO_TIME)
    expect(ids(text)).toEqual(['a', 'a'])
    expect(findings).toMatchObject([{ code: 'ledger-id-twice' }])
  })

  it('takes equal content for one entry, whatever the order of keys or the blanks', () => {
    const { text, findings } = uniteLedgers('{"id":"a","v":1}\n', '{ "v": 1, "id": "a" }\n', NO_TIME)
    expect([text, findings]).toEqual(['{"id":"a","v":1}\n', []])
  })

  it('keeps lines that are no JSON, and equal lines without id as often as they stand', () => {
    const { text, findings } = uniteLedgers('broken\n{"v":1}\n{"v":1}\n', '{"v":1}\nbroken', NO_TIME)
    expect(text).toBe('broken\n{"v":1}\n{"v":1}\n')
    expect(findings).toMatchObject([{ code: 'ledger-invalid' }])
  })

  it('keeps each key as it is, whatever was read before', () => {
    const { text } = uniteLedgers('[{"id":"1","\\\\":1}]', '[{"id":"2","\\"":1}]', ARRAY)
    expect(text).toContain('"\\\\": 1')
    expect(text).toContain('"\\"": 1')
    const lines = uniteLedgers('{"id":"1","\\\\":1}\n', '{"id":"2","\\"":1}\n', NO_TIME)
    expect(lines.text).toContain('"\\"":1')
  })

  it('unites arrays', () => {
    const { text } = uniteLedgers('[{"id":1,"at":2}]', '[{"id":2,"at":1}]', ARRAY)
    expect(JSON.parse(text)).toEqual([
      { id: 2, at: 1 },
      { id: 1, at: 2 },
    ])
  })

  it('takes the readable side when the other is no array', () => {
    expect(uniteLedgers('{}', '[1]', ARRAY)).toMatchObject({ text: '[1]', findings: [{ code: 'ledger-invalid' }] })
    expect(uniteLedgers('[1]', '', ARRAY)).toMatchObject({ text: '[\n  1\n]\n', findings: [] })
  })

  it('loses nothing, changes nothing when repeated, and as a set does not depend on the sides', () => {
    const entry = fc.record(
      { id: fc.constantFrom('a', 'b', 'c', 1), v: fc.nat(1), at: fc.nat(3) },
      { requiredKeys: [] },
    )
    const side = fc.array(entry, { maxLength: 8 })
    const asSet = (text: string) => text.split('\n').sort()
    fc.assert(
      fc.property(side, side, fc.constantFrom(LINES, NO_TIME), (a, b, ledger) => {
        const [left, right] = [lines(...a), lines(...b)]
        const { text } = uniteLedgers(left, right, ledger)
        for (const line of [...left.split('\n'), ...right.split('\n')]) expect(text.split('\n')).toContain(line)
        expect(uniteLedgers(text, right, ledger).text).toBe(text)
        expect(uniteLedgers(text, left, ledger).text).toBe(text)
        expect(uniteLedgers(text, '', ledger).text).toBe(text)
        expect(asSet(uniteLedgers(right, left, ledger).text)).toEqual(asSet(text))
      }),
      { numRuns: 2_000 },
    )
  })
})

/** Two sides that execute from the same plan while apart, and hand back again and again. */
interface Turn {
  readonly by: 'primary' | 'replica'
  readonly planned: readonly string[]
  readonly isHandback: boolean
}

/** Ids in the order of execution, for one fence: only one side acts, the other one copies its ledger while it lives. */
function executions(turns: readonly Turn[], ledger: Ledger, unite: typeof uniteLedgers): string[] {
  const texts = { primary: '', replica: '' }
  const all: string[] = []
  for (const { by, planned, isHandback } of turns) {
    for (const id of pendingActions(planned, executedIds(texts[by], ledger))) {
      all.push(id)
      texts[by] += lines({ id, at: all.length })
    }
    const other = by === 'primary' ? 'replica' : 'primary'
    const isCopied = isHandback || by === 'primary'
    if (isCopied) texts[other] = unite(texts[other], texts[by], ledger).text
    if (isHandback) texts[by] = texts[other]
  }
  return all
}

/** A side takes over only after what the other one did has been united. */
function schedule(): fc.Arbitrary<Turn[]> {
  const planned = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 4 })
  const term = fc.record({ planned: fc.array(planned, { minLength: 1, maxLength: 3 }) })
  return fc.array(term, { maxLength: 6 }).map((terms) =>
    terms.flatMap(({ planned: plans }, i) =>
      plans.map((plan, k): Turn => {
        return { by: i % 2 === 0 ? 'primary' : 'replica', planned: plan, isHandback: k === plans.length - 1 }
      }),
    ),
  )
}

describe('scenario 12: no action is executed twice', () => {
  const once = (turns: readonly Turn[], unite: typeof uniteLedgers) => {
    const done = executions(turns, NO_TIME, unite)
    return new Set(done).size === done.length
  }

  it('over any number of promotions and hand-backs', () => {
    fc.assert(
      fc.property(schedule(), (turns) => once(turns, uniteLedgers)),
      { numRuns: 3_000 },
    )
  })

  it('is what the same property denies a hand-back that takes one side’s ledger', () => {
    const careless: typeof uniteLedgers = (base) => ({ text: base, findings: [] })
    expect(
      fc.check(
        fc.property(schedule(), (turns) => once(turns, careless)),
        { numRuns: 3_000 },
      ).failed,
    ).toBe(true)
  })

  it('reads ids from both formats and names an effect by epoch and action', () => {
    expect(executedIds('[{"id":"a"},{"id":2},{}]', ARRAY)).toEqual(new Set(['a', '2']))
    expect(executedIds('x\n{"id":"a"}', LINES)).toEqual(new Set(['a']))
    expect(executedIds('{}', ARRAY)).toEqual(new Set())
    expect(pendingActions(['b', 'a', 'b'], new Set(['a']))).toEqual(['b'])
    expect(idempotencyKey(7, 'mail-1')).toBe('7:mail-1')
  })
})
