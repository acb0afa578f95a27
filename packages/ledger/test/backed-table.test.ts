import { bytesEqual, concatBytes, errorCode, toHex } from '@montana/foundation'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  nodeCryptoHasher,
  prefixOf,
  rootOfStubs,
  type Stub,
  smtRoot,
  Table,
  verifyInclusionProof,
} from '../src/index.js'
import { countingHasher, hex } from './helpers.js'
import { clusteredKey, clusteredKeys, MapSource, randomRecords, rawCodec, rawRecord } from './stub-support.js'

const rootOf = (records: Iterable<Uint8Array>) => hex(smtRoot([...records].map((r) => [r.subarray(0, 32), r] as const)))
const backed = (source: MapSource, stubs: Iterable<Stub> = source.stubs(4)) =>
  Table.backed(rawCodec, nodeCryptoHasher, source, stubs)
const codeOf = (work: () => unknown) => {
  try {
    work()
    return 'ok'
  } catch (error) {
    return errorCode(error)
  }
}

const changes = fc.array(
  fc.record({
    key: clusteredKey,
    value: fc.option(fc.nat(255), { nil: undefined }),
    isCommitted: fc.boolean(),
    isReleased: fc.boolean(),
  }),
  { maxLength: 12 },
)
type Change = { key: Uint8Array; value: number | undefined }

function changed(table: Table<Uint8Array>, { key, value }: Change): Table<Uint8Array> {
  return value === undefined ? table.delete(key) : table.set(rawRecord(key, value))
}

/** Without what was written as it was: hashes that are known may tell, and a backed table knows more of them. */
function differing(table: Table<Uint8Array>, before: Table<Uint8Array>) {
  return table.changesSince(before).filter(({ key, record }) => {
    const old = before.get(key)
    return old === undefined || record === undefined || !bytesEqual(old, record)
  })
}

const SAME_KEY = Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 0 : 1))
/** A record that is written as it was. */
const UNCHANGED = {
  keys: [SAME_KEY],
  maxLeaves: 1,
  changes: [{ key: SAME_KEY, value: 7, isCommitted: true, isReleased: false }],
}

describe('a backed table', () => {
  it('is the table of the same records under any changes, while the source follows the newest version', () => {
    const shape = fc.record({ keys: clusteredKeys(20), maxLeaves: fc.integer({ min: 1, max: 5 }), changes })
    fc.assert(
      fc.property(shape, ({ keys, maxLeaves, changes }) => {
        const records = keys.map((key) => rawRecord(key, 7))
        const source = new MapSource(records)
        let table = backed(source, source.stubs(maxLeaves))
        let plain = Table.fromRecords(rawCodec, records)
        const versions: [Table<Uint8Array>, Table<Uint8Array>][] = [[table, plain]]
        for (const change of changes) {
          const [before, plainBefore] = [table, plain]
          table = changed(table, change)
          plain = changed(plain, change)
          const { isCommitted, isReleased } = change
          if (!isCommitted) continue
          expect(hex(table.root())).toBe(hex(plain.root()))
          plain.root()
          expect(differing(table, before)).toEqual(differing(plain, plainBefore))
          for (const { key, record } of table.changesSince(versions.at(-1)?.[0] ?? before)) source.put(key, record)
          versions.push([table, plain])
          if (!isReleased) continue
          const { stubs: fresh } = table.release(maxLeaves)
          versions.splice(0, versions.length - 1)
          expect(hex(rootOfStubs(fresh))).toBe(hex(plain.root()))
          expect(fresh.every(({ count, depth }) => count <= maxLeaves || depth === 256)).toBe(true)
        }
        for (const [lazy, eager] of versions) {
          expect(hex(lazy.root())).toBe(hex(eager.root()))
          expect(lazy.size).toBe(eager.size)
        }
        const touched = changes.map(({ key }) => key)
        for (const [lazy, eager] of versions) {
          for (const key of touched) expect(lazy.get(key)).toEqual(eager.get(key))
        }
      }),
      { numRuns: 150, examples: [[UNCHANGED]] },
    )
  })

  it('lists and proves what it holds and what it does not', () => {
    fc.assert(
      fc.property(clusteredKeys(20), clusteredKey, (keys, asked) => {
        const source = new MapSource(keys.map((key) => rawRecord(key, 7)))
        const table = backed(source)
        const present = keys.some((key) => toHex(key) === toHex(asked))
        const proven = verifyInclusionProof(table.root(), table.prove(asked))
        expect(proven).toEqual(present ? { key: asked, record: rawRecord(asked, 7) } : { key: asked })
        expect([...table.entries()]).toEqual([...Table.fromRecords(rawCodec, source.rows.values()).entries()])
      }),
      { numRuns: 60 },
    )
  })

  it('reads nothing for its root, one subtree and one record for a key, and nothing twice', () => {
    const source = new MapSource(randomRecords(400))
    const table = backed(source, source.stubs(32))
    expect(hex(table.root())).toBe(rootOf(source.rows.values()))
    expect(source.reads).toEqual([])
    const [first] = [...source.rows.values()]
    const key = first?.subarray(0, 32) ?? new Uint8Array(32)
    expect(table.get(key)).toEqual(first)
    expect(table.get(key)).toEqual(first)
    expect(source.reads).toHaveLength(2)
    expect(source.reads.at(-1)).toBe(`record ${toHex(key)}`)
  })

  it('keeps nothing in memory of what it reads for a proof, whether or not there is such a record', () => {
    const source = new MapSource(randomRecords(400))
    const table = backed(source, source.stubs(32))
    const root = table.root()
    const [first] = [...source.rows.values()]
    const key = first?.subarray(0, 32) ?? new Uint8Array(32)
    const beside = Uint8Array.from(key, (byte, i) => (i === 0 ? byte ^ 255 : byte))
    for (const asked of [key, beside, key, beside]) {
      source.reads = []
      expect(verifyInclusionProof(root, table.prove(asked))?.key).toEqual(asked)
      expect(source.reads.filter((read) => read.startsWith('leaves'))).toHaveLength(1)
    }
    source.reads = []
    expect([table.get(key), source.reads.length]).toEqual([first, 2])
  })

  it('hashes one path for a change in a subtree that it has read', () => {
    const hasher = countingHasher()
    const source = new MapSource(randomRecords(400))
    const table = Table.backed(rawCodec, hasher, source, source.stubs(32))
    table.root()
    const [first, second] = [...source.rows.values()]
    table.get(first?.subarray(0, 32) ?? new Uint8Array(32))
    hasher.hashes = 0
    const next = table.set(rawRecord(first?.subarray(0, 32) ?? new Uint8Array(32), 99))
    next.root()
    expect(hasher.hashes).toBeLessThanOrEqual(258)
    expect(second).toBeDefined()
  })

  it('says what changed since a table over other stubs without reading the rest', () => {
    const source = new MapSource(randomRecords(400))
    const old = backed(source, source.stubs(32))
    const [first, second] = [...source.rows.values()].map((record) => record.subarray(0, 32))
    if (first === undefined || second === undefined) throw new Error('no records')
    const current = old.set(rawRecord(first, 99))
    current.root()
    source.put(first, rawRecord(first, 99))
    const fresh = backed(source, source.stubs(32))
    expect(hex(fresh.root())).toBe(hex(current.root()))
    const next = fresh.set(rawRecord(second, 98))
    next.root()
    source.reads = []
    expect(next.changesSince(fresh).map(({ key }) => hex(key))).toEqual([hex(second)])
    expect(fresh.changesSince(current)).toEqual([])
    expect(source.reads).toEqual([])
  })

  it('forgets what its source can give again, and only then', () => {
    const source = new MapSource(randomRecords(400))
    const table = backed(source, source.stubs(32))
    const key = [...source.rows.values()][0]?.subarray(0, 32) ?? new Uint8Array(32)
    const next = table.set(rawRecord(key, 99))
    const root = hex(next.root())
    source.put(key, rawRecord(key, 99))
    const { stubs, changed } = next.release(32)
    expect(stubs).toEqual(source.stubs(32))
    expect(changed.map(({ key: any }) => prefixOf(any, 4))).toEqual([prefixOf(key, 4)])
    expect(next.release(32)).toEqual({ stubs, changed: [] })
    source.reads = []
    expect(hex(next.root())).toBe(root)
    expect(source.reads).toEqual([])
    expect(next.get(key)).toEqual(rawRecord(key, 99))
    expect(source.reads).toHaveLength(2)
    expect(Table.fromRecords(rawCodec, [rawRecord(key, 1)]).release(32)).toEqual({ stubs: [], changed: [] })
  })

  it('hands out the leaf hashes that its root has computed', () => {
    const source = new MapSource(randomRecords(40))
    const table = backed(source)
    const record = randomRecords(1, 9)[0] ?? new Uint8Array(33)
    const next = table.set(record)
    expect(next.changesSince(table)[0]?.leaf).toBeUndefined()
    next.root()
    expect(next.changesSince(table)).toEqual([
      { key: record.subarray(0, 32), record, leaf: nodeCryptoHasher.leaf(record) },
    ])
  })
})

describe('a source that does not match its stubs', () => {
  const records = randomRecords(64)
  const key = (records[0] ?? new Uint8Array(33)).subarray(0, 32)
  const other = (records[1] ?? new Uint8Array(33)).subarray(0, 32)
  const read = (spoil: (source: MapSource) => void, of = key, maxLeaves = 16) => {
    const source = new MapSource(records)
    const table = backed(source, source.stubs(maxLeaves))
    spoil(source)
    return codeOf(() => table.get(of))
  }

  it('is refused when a subtree has another, an additional or a missing leaf', () => {
    expect(read(() => {})).toBe('ok')
    expect(read((source) => source.put(key, rawRecord(key, 200)))).toBe('TableCorrupt')
    expect(read((source) => source.put(key, undefined))).toBe('TableCorrupt')
    const near = key.slice()
    near[0] = (near[0] ?? 0) ^ 1
    expect(read((source) => source.put(near, rawRecord(near, 1)))).toBe('TableCorrupt')
  })

  it('does no harm to the subtrees that are whole', () => {
    expect(read((source) => source.put(other, rawRecord(other, 200)), key, 1)).toBe('ok')
  })

  it('is refused when a record is not that of its leaf, or the only leaf of its stub another', () => {
    for (const maxLeaves of [1, 64]) {
      const source = new MapSource(records)
      const table = backed(source, source.stubs(maxLeaves))
      const leaves = source.all()
      source.leaves = function* () {
        yield* leaves
      }
      source.put(key, rawRecord(key, 200))
      expect(codeOf(() => table.get(key))).toBe('TableCorrupt')
      source.put(key, undefined)
      expect(codeOf(() => table.get(key))).toBe('TableCorrupt')
    }
  })
})

describe('stubs', () => {
  it('have the root of their leaves however small they are', () => {
    fc.assert(
      fc.property(clusteredKeys(20), fc.integer({ min: 1, max: 6 }), (keys, maxLeaves) => {
        const source = new MapSource(keys.map((key) => rawRecord(key, 3)))
        const stubs = source.stubs(maxLeaves)
        expect(hex(rootOfStubs(stubs))).toBe(rootOf(source.rows.values()))
        expect(stubs.every(({ count, depth }) => count <= maxLeaves || depth === 256)).toBe(true)
        expect(stubs.reduce((sum, { count }) => sum + count, 0)).toBe(keys.length)
      }),
      { numRuns: 100 },
    )
  })

  it('that leave a gap, overlap or come in another order are refused', () => {
    const stubs = new MapSource(randomRecords(64)).stubs(4)
    const wrong = [
      stubs.slice(1),
      stubs.slice(0, -1),
      [...stubs, ...stubs.slice(-1)],
      [...stubs].reverse(),
      [...stubs.slice(0, 3), ...stubs.slice(4)],
      [],
    ]
    for (const list of wrong) expect(codeOf(() => rootOfStubs(list))).toBe('TableCorrupt')
  })

  it('of keys that share all but one bit are as deep as the tree', () => {
    const [a, b] = [new Uint8Array(32), concatBytes(Uint8Array.of(1), new Uint8Array(31))]
    const source = new MapSource([rawRecord(a, 1), rawRecord(b, 2)])
    const stubs = source.stubs(1)
    expect(stubs.filter(({ count }) => count > 0).map(({ depth }) => depth)).toEqual([256, 256])
    expect(backed(source, stubs).get(b)).toEqual(rawRecord(b, 2))
    expect(hex(rootOfStubs(stubs))).toBe(rootOf(source.rows.values()))
  })
})
