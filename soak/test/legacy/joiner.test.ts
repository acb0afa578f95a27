import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Joined, Joiner, RECORD_MAX_CHARS, RECORD_MAX_LINES } from '../../src/legacy/joiner.js'
import { fourNodes, type SeedNode, seedNode, seedRecord } from './torn.js'

function join(text: string): Joined[] {
  const joiner = new Joiner()
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const joined = lines.flatMap((line, i) => joiner.push({ number: i + 1, text: line }))
  return [...joined, ...joiner.end()]
}

function onlyRecord(text: string) {
  const [joined, ...more] = join(text)
  if (joined?.kind !== 'record' || more.length > 0) throw new Error(`not one record: ${text}`)
  return joined
}

const corrupt = (line: number, lines: number, defect = 'torn') => ({ kind: 'corrupt', line, lines, defect })

const counter = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 31 }))
const node: fc.Arbitrary<SeedNode> = fc.record({
  label: fc.string({ minLength: 1, maxLength: 20 }),
  host: fc.string({ maxLength: 20 }),
  active: fc.constantFrom('active', 'inactive', 'failed'),
  window: counter,
  phase: fc.constantFrom('Active', 'CandidateVdf'),
  D: counter,
  hb_5m: counter,
  err_5m: counter,
  closed_5m: counter,
})

describe('the joiner', () => {
  it.each([
    [0, 1],
    [4, 5],
    [7, 8],
    [8, 9],
  ])('rebuilds a record with %i zero counters from %i lines', (zeros, lines) => {
    const text = seedRecord(fourNodes(zeros))
    expect(text.split('\n')).toHaveLength(lines + 1)
    expect(onlyRecord(text)).toMatchObject({ line: 1, lines })
  })

  it('reads back the values of any record torn at its zero counters, and marks these alone', () => {
    const tears = fc.array(fc.constantFrom('0' as const, '?' as const, null), { minLength: 15, maxLength: 15 })
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 5 }), tears, (nodes, chosen) => {
        const tear = (counter: number) => chosen[counter] ?? null
        const { record, lines } = onlyRecord(seedRecord(nodes, tear))
        const counters = (of: SeedNode) => [of.hb_5m, of.err_5m, of.closed_5m]
        const expected = nodes.flatMap(counters).map((value, i) => {
          return { value, isDoubled: value === 0 && tear(i) !== null }
        })
        expect(record.nodes.flatMap(({ hb_5m, err_5m, closed_5m }) => [hb_5m, err_5m, closed_5m])).toEqual(expected)
        expect(lines).toBe(1 + expected.filter(({ isDoubled }) => isDoubled).length)
        expect(record.nodes.map(({ label, host, active, phase }) => ({ label, host, active, phase }))).toEqual(
          nodes.map(({ label, host, active, phase }) => ({ label, host, active, phase })),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('finds no record in the three lines that the seed prints', () => {
    const printed = [
      '0,"closed_5m":0',
      '0},{"label":"armenia","host":"yerevan","active":"active","window":75845,"phase":"CandidateVdf","D":325000000,"hb_5m":2204,"err_5m":0',
      '0,"closed_5m":4}]}',
    ]
    expect(join(printed.join('\n'))).toEqual([corrupt(1, 1), corrupt(2, 1), corrupt(3, 1)])
  })

  it('gives up an unfinished record where the next one begins', () => {
    const whole = seedRecord(fourNodes(8))
    const cut = `${whole.split('\n').slice(0, 4).join('\n')}\n`
    const joined = join(cut + whole + cut)
    expect(joined).toMatchObject([corrupt(1, 4), { kind: 'record', line: 5, lines: 9 }, corrupt(14, 4)])
  })

  it('finds the record behind a write that was cut off', () => {
    const whole = seedRecord(fourNodes(7))
    for (const at of [1, 9, 60, 120]) {
      const joined = join(seedRecord(fourNodes(0)).slice(0, at) + whole)
      expect(joined).toMatchObject([corrupt(1, 1), { kind: 'record', line: 1, lines: 8, isRepaired: true }])
    }
  })

  it('tells two records on one line apart, and says that they were', () => {
    const one = seedRecord(fourNodes(0)).trimEnd()
    const joined = join(`  ${one}${one}${one}\n`)
    expect(joined.map((found) => found.kind === 'record' && found.isRepaired)).toEqual([false, true, true])
  })

  it('does not lose the record behind garbage', () => {
    const whole = seedRecord(fourNodes(0))
    expect(join(`noise\n{"a":\n${whole}`)).toMatchObject([corrupt(1, 1), corrupt(2, 1), { kind: 'record', line: 3 }])
  })

  it('calls an object that is no record by that name', () => {
    expect(join('{"a":1}\n{"nodes":[]}\n{"nodes":[{"label":7}]}\n')).toEqual(
      [1, 2, 3].map((line) => corrupt(line, 1, 'schema')),
    )
  })

  it('holds no more than a record can have', () => {
    const open = '{"nodes":[\n'
    const filler = '\n'.repeat(RECORD_MAX_LINES - 1)
    expect(join(open + filler)[0]).toEqual(corrupt(1, RECORD_MAX_LINES))
    const long = ' '.repeat(RECORD_MAX_CHARS / 2)
    expect(join(`${open}${long}\n${long}\n{"nodes":[{"label":"a"}]}`)).toMatchObject([
      corrupt(1, 3),
      { kind: 'record', line: 4 },
    ])
  })

  it('accounts for every line, whatever is cut out of a file', () => {
    const whole = seedRecord(fourNodes(8)).repeat(3)
    const cuts = fc.array(fc.tuple(fc.nat(whole.length), fc.nat(80)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(cuts, (pieces) => {
        const text = pieces.reduce((rest, [at, length]) => rest.slice(0, at) + rest.slice(at + length), whole)
        const joined = join(text)
        const lines = text.split('\n').filter((line) => line.trim() !== '').length
        expect(joined.reduce((sum, stretch) => sum + stretch.lines, 0)).toBeGreaterThanOrEqual(lines)
        expect(joined.map(({ line }) => line)).toEqual([...joined.map(({ line }) => line)].sort((a, b) => a - b))
        expect(joined.filter(({ kind }) => kind === 'record').length).toBeLessThanOrEqual(3)
      }),
      { numRuns: 200 },
    )
  })

  it('takes a missing or odd counter as not measured', () => {
    const { record } = onlyRecord('{"time":1779392402,"nodes":[{"label":"a","hb_5m":"?","err_5m":-1,"x":{}}]}')
    expect(record).toMatchObject({ tsMs: 1_779_392_402_000 })
    expect(record.nodes[0]).toMatchObject({ hb_5m: { value: null, isDoubled: false }, err_5m: { value: null } })
    expect(record.nodes[0]?.closed_5m).toEqual({ value: null, isDoubled: false })
    expect(record.nodes[0]?.window).toEqual({ value: null, isDoubled: false })
  })

  it.each([
    ['"2026-05-21T22:40:02+03:00"', Date.UTC(2026, 4, 21, 19, 40, 2)],
    ['"2026-05-21T19:40:02"', null],
    ['"Thu 2026-05-21 22:24:54 MSK"', null],
    ['0', null],
  ])('reads the time %s', (ts, tsMs) => {
    expect(onlyRecord(`{"ts":${ts},"nodes":[{"label":"a"}]}`).record.tsMs).toBe(tsMs)
  })

  it('keeps what is doubled elsewhere than in a counter', () => {
    const { record } = onlyRecord(seedRecord([seedNode('a', { window: 0 })]).replace('"window":0', '"window":0\n0'))
    expect(record.nodes[0]?.window).toEqual({ value: 0, isDoubled: true })
  })
})
