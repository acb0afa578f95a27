import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeState } from '../src/merge/decode.js'
import { encodeState } from '../src/merge/encode.js'
import { addLines, loserLine, parseLoser, trimHistory } from '../src/merge/history.js'
import { holdFuture } from '../src/merge/hold-future.js'
import { canonicalText, type Json, parseJson, sameJson } from '../src/merge/json.js'
import { mergeStates } from '../src/merge/merge.js'
import { flatten, project } from '../src/merge/registers.js'
import { HybridClock, importStamp, makeStamp, stampMs } from '../src/merge/stamp.js'
import { type BreathState, EMPTY_STATE } from '../src/merge/state.js'
import { dropTombstones } from '../src/merge/tombstones.js'
import { applyChanges, changesOf, importFile } from '../src/merge/write.js'
import { DEPTH, stories, textOf, type Written } from './support/states.js'

const join = (...states: BreathState[]) => states.reduce((a, b) => mergeStates(a, b).state)
const PATH = 'data/users.json'

describe('the merge', () => {
  it('is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(stories, ({ states: [a = EMPTY_STATE, b = EMPTY_STATE, c = EMPTY_STATE] }) => {
        expect(textOf(join(a, b))).toBe(textOf(join(b, a)))
        expect(textOf(join(join(a, b), c))).toBe(textOf(join(a, join(b, c))))
        expect(join(a, a)).toBe(a)
        expect(join(join(a, b), b)).toEqual(join(a, b))
      }),
      { numRuns: 300 },
    )
  })

  it('loses no write: each is the value of its field or in the history', () => {
    fc.assert(
      fc.property(stories, ({ states, writes }) => {
        const all = join(...states)
        const history = new Set([...all.history.values()].flatMap((lines) => [...lines]))
        for (const write of writes) expect(holds(all, history, write)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('gives each field its highest write', () => {
    fc.assert(
      fc.property(stories, ({ states, writes }) => {
        const all = join(...states)
        for (const { path, pointer } of writes) {
          const own = writes.filter((write) => write.path === path && write.pointer === pointer)
          const highest = own
            .map(({ stamp }) => stamp)
            .sort()
            .at(-1)
          expect(all.files.get(path)?.get(pointer)?.stamp).toBe(highest)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('is the same after a way through files', () => {
    fc.assert(
      fc.property(stories, ({ states }) => {
        const all = join(...states)
        const files = encodeState(all, DEPTH)
        const back = decodeState(files, [PATH, 'node_crypto/nodes.json'], DEPTH)
        expect(textOf(back)).toBe(textOf(all))
      }),
      { numRuns: 300 },
    )
  })

  it('adds nothing, and says so, when the other side knows nothing new', () => {
    fc.assert(
      fc.property(stories, ({ states: [a = EMPTY_STATE, b = EMPTY_STATE] }) => {
        const both = join(a, b)
        expect(mergeStates(both, b).state).toBe(both)
        expect(mergeStates(both, a).state).toBe(both)
      }),
    )
  })

  it('merges other fields of one record, and keeps the loser of the same field', () => {
    const base = write(EMPTY_STATE, 'amsterdam', 1_000, { 7: { name: 'Ann', paused: false } })
    const left = write(base, 'amsterdam', 2_000, { 7: { name: 'Anna', paused: false } })
    const right = write(base, 'moscow', 2_001, { 7: { name: 'Anne', paused: true } })
    const { state, conflicts } = mergeStates(left, right)
    expect(project(state.files.get(PATH) ?? new Map())).toEqual({ 7: { name: 'Anne', paused: true } })
    expect(conflicts).toBe(1)
    const losers = [...state.history.values()].flatMap((lines) => [...lines].map(parseLoser))
    expect(losers).toContainEqual({
      stamp: makeStamp(2_000, 0, 'amsterdam'),
      path: PATH,
      pointer: '/7/name',
      value: 'Anna',
    })
  })

  it('counts no conflict where one side had seen the write of the other', () => {
    const base = write(EMPTY_STATE, 'amsterdam', 1_000, { 7: { name: 'Ann' } })
    const later = write(base, 'moscow', 2_000, { 7: { name: 'Anne' } })
    expect(mergeStates(base, later).conflicts).toBe(0)
    expect(mergeStates(later, base).conflicts).toBe(0)
  })

  it('does not bring back a deleted record with an older state of another host', () => {
    const base = write(EMPTY_STATE, 'amsterdam', 1_000, { 7: { name: 'Ann' }, 8: { name: 'Bob' } })
    const deleted = write(base, 'moscow', 2_000, { 8: { name: 'Bob' } })
    expect(project(join(base, deleted).files.get(PATH) ?? new Map())).toEqual({ 8: { name: 'Bob' } })
  })

  it('never takes the absence of a file or a record for a deletion', () => {
    const full = write(EMPTY_STATE, 'amsterdam', 1_000, { 7: { name: 'Ann' } })
    const other = write(EMPTY_STATE, 'moscow', 9_000, { 8: { name: 'Bob' } })
    expect(project(join(full, other).files.get(PATH) ?? new Map())).toEqual({ 7: { name: 'Ann' }, 8: { name: 'Bob' } })
    expect(join(full, EMPTY_STATE)).toBe(full)
  })

  it('decides alike about two values under one stamp, as of a host that lost its memory', () => {
    const [a, b] = ['Ann', 'Bob'].map((name) => importFile(PATH, { 7: { name } }, DEPTH, importStamp('spb')))
    if (!a || !b) throw new Error('two states')
    expect(textOf(join(a, b))).toBe(textOf(join(b, a)))
    expect(project(join(a, b).files.get(PATH) ?? new Map())).toEqual({ 7: { name: 'Bob' } })
    expect(join(a, b).history.get('1970-01-01')?.size).toBe(1)
  })

  it('lets an imported file add records and beat nothing', () => {
    const hub = write(EMPTY_STATE, 'amsterdam', 1_000, { 7: { name: 'Ann' } })
    const old = importFile(PATH, { 7: { name: 'old' }, 9: { name: 'Eve' } }, DEPTH, importStamp('spb'))
    const all = join(hub, old)
    expect(project(all.files.get(PATH) ?? new Map())).toEqual({ 7: { name: 'Ann' }, 9: { name: 'Eve' } })
    expect(all.history.get('1970-01-01')?.size).toBe(1)
  })
})

describe('stamps', () => {
  it('sort as text as they count', () => {
    const parts = fc.tuple(fc.nat(2 ** 40), fc.nat(0xffff), fc.constantFrom('a', 'ab', 'moscow'))
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const order = a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0)
        const [x, y] = [makeStamp(...a), makeStamp(...b)]
        expect(x < y ? -1 : x > y ? 1 : 0).toBe(Math.sign(order))
      }),
    )
  })

  it('grow although the wall clock stands, jumps back by an hour, or the counter is full', () => {
    let nowMs = 10_000_000
    const clock = new HybridClock('spb', { wallMs: () => nowMs })
    const stamps = Array.from({ length: 70_000 }, () => clock.tick())
    nowMs -= 3_600_000
    stamps.push(clock.tick())
    clock.observe(makeStamp(20_000_000, 7, 'moscow'))
    stamps.push(clock.tick())
    expect(stamps.every((stamp, index) => index === 0 || stamp > (stamps[index - 1] ?? ''))).toBe(true)
    expect(stampMs(stamps.at(-1) ?? '')).toBe(20_000_000)
  })

  it('more than the limit ahead are left out, everything else stays', () => {
    const early = write(EMPTY_STATE, 'amsterdam', 1_000, { 7: { name: 'Ann' } })
    const state = write(early, 'moscow', 200_000, { 7: { name: 'Anne' } })
    const held = holdFuture(state, 100_000)
    expect(held.farthest).toBe(makeStamp(200_000, 0, 'moscow'))
    expect(held.state.files.has(PATH)).toBe(false)
    expect([...held.state.history.values()].flatMap((lines) => [...lines])).toHaveLength(1)
    expect(held.state.vector).toEqual(new Map([['amsterdam', makeStamp(1_000, 0, 'amsterdam')]]))
    expect(holdFuture(state, 200_000)).toEqual({ state, farthest: undefined })
  })
})

describe('tombstones', () => {
  const DAYS_31 = 31 * 86_400_000
  const base = write(EMPTY_STATE, 'amsterdam', 1_000, { 7: { name: 'Ann' }, 8: { name: 'Bob' } })
  const deleted = write(base, 'moscow', 2_000, { 8: { name: 'Bob' } })
  const isThere = (state: BreathState) => state.files.get(PATH)?.has('/7/name')

  it('go only when all hosts have confirmed them and 30 days have passed', () => {
    const [seen, unseen] = [deleted.vector, base.vector]
    expect(isThere(dropTombstones(deleted, [seen, seen], 2_000 + DAYS_31))).toBe(false)
    expect(isThere(dropTombstones(deleted, [seen, unseen], 2_000 + DAYS_31))).toBe(true)
    expect(isThere(dropTombstones(deleted, [seen, null], 2_000 + DAYS_31))).toBe(true)
    expect(isThere(dropTombstones(deleted, [seen, seen], 86_400_000))).toBe(true)
  })
})

describe('the history', () => {
  const lines = (count: number, day = 0) =>
    Array.from({ length: count }, (_, i) =>
      loserLine(PATH, `/${i}`, { stamp: makeStamp(day * 86_400_000 + i, 0, 'spb'), value: 'x'.repeat(20) }),
    )

  it('keeps the newest within its bytes, and trimming before or after a union is the same', () => {
    const [a, b] = [addLines(new Map(), lines(30, 100)), addLines(new Map(), lines(30, 101))]
    const limits = { bytes: 2_000 }
    const nowMs = 102 * 86_400_000
    const whole = trimHistory(addLines(a, lines(30, 101)), nowMs, limits)
    const parts = [...trimHistory(b, nowMs, limits).values()].flatMap((set) => [...set])
    expect(trimHistory(addLines(trimHistory(a, nowMs, limits), parts), nowMs, limits)).toEqual(whole)
    const kept = [...whole.values()].flatMap((set) => [...set])
    expect(kept.join('').length).toBeLessThanOrEqual(2_000)
    expect(kept).toContain(lines(30, 101).at(-1))
  })

  it('drops what is older than 90 days, but not what was imported', () => {
    const old = addLines(new Map(), [...lines(3, 100), loserLine(PATH, '/i', { stamp: importStamp('spb'), value: 1 })])
    const kept = trimHistory(old, 192 * 86_400_000)
    expect([...kept.keys()]).toEqual(['1970-01-01'])
    expect(trimHistory(old, 150 * 86_400_000)).toBe(old)
  })
})

/** What a file may hold: no whole numbers beyond 2^53, no minus zero. */
const exactJson = fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.parse(JSON.stringify(value), keepExact) as Json)

function keepExact(_key: string, value: unknown): unknown {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? String(value) : value
}

describe('JSON', () => {
  it('has one text per value, sorted by code unit, two spaces', () => {
    expect(canonicalText({ b: [1, {}], a: { '9': null, '10': '' } })).toBe(
      '{\n  "a": {\n    "10": "",\n    "9": null\n  },\n  "b": [\n    1,\n    {}\n  ]\n}\n',
    )
  })

  it('comes back from its text', () => {
    fc.assert(
      fc.property(exactJson, (exact) => {
        expect(sameJson(parseJson(canonicalText(exact), 'f'), exact)).toBe(true)
      }),
    )
  })

  it('comes back from its fields', () => {
    fc.assert(
      fc.property(exactJson, (value) => {
        const registers = [...flatten(value, DEPTH)].map(
          ([pointer, field]) => [pointer, { stamp: 's', value: field }] as const,
        )
        expect(sameJson(project(new Map(registers)), value)).toBe(true)
      }),
    )
  })

  it.each([
    '',
    '{',
    '{"a":1',
    '<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs',
    '[1,]',
    '{"a":12345678901234567890}',
    '{"a":1e20}',
  ])('refuses %j', (text) => {
    expect(() => parseJson(text, 'f')).toThrow(expect.objectContaining({ code: 'JSON_INVALID', field: 'f' }))
  })

  it('names markers, and refuses what is nested too deep', () => {
    expect(() => parseJson('<<<<<<< ours\n{}', 'f')).toThrow(/markers/)
    expect(() => parseJson('['.repeat(70) + ']'.repeat(70), 'f')).toThrow(/nested/)
    expect(() => parseJson('['.repeat(100_000) + ']'.repeat(100_000), 'f')).toThrow(/JSON_INVALID|not valid JSON/)
  })
})

function write(state: BreathState, node: string, ms: number, value: Json): BreathState {
  const registers = state.files.get(PATH) ?? new Map()
  const changes = changesOf(project(registers), value, registers, DEPTH)
  return applyChanges(state, PATH, changes, makeStamp(ms, 0, node))
}

function holds(state: BreathState, history: ReadonlySet<string>, { path, pointer, stamp, value }: Written): boolean {
  const register = state.files.get(path)?.get(pointer)
  const written = value === undefined ? { stamp } : { stamp, value }
  if (register?.stamp === stamp && sameJson(register.value, value)) return true
  return history.has(loserLine(path, pointer, written))
}
