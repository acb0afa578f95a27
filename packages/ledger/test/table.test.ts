import { compareBytes, toHex } from '@montana/foundation'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  encodeNodeRecord,
  hasherOf,
  type NodeRecord,
  nodeCodec,
  smtRoot,
  Table,
  verifyInclusionProof,
} from '../src/index.js'
import { countingHasher, hex, node, randomKeys } from './helpers.js'

const keys = randomKeys(24)
const fullRoot = (records: Iterable<NodeRecord>) =>
  hex(smtRoot([...records].map((record) => [record.nodeId, encodeNodeRecord(record)] as const)))

const change = fc.record({
  key: fc.constantFrom(...keys),
  chainLength: fc.option(fc.integer({ min: 1, max: 1000 }), { nil: undefined }),
})

describe('table', () => {
  it('agrees with a map under any sequence of changes, and every older version stays what it was', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const model = new Map<string, NodeRecord>()
        const history: { table: Table<NodeRecord>; root: string; records: NodeRecord[] }[] = []
        let table = Table.empty(nodeCodec)
        for (const { key, chainLength } of changes) {
          if (chainLength === undefined) model.delete(toHex(key))
          else model.set(toHex(key), node(key, { chainLength }))
          table = chainLength === undefined ? table.delete(key) : table.set(node(key, { chainLength }))
          const records = [...model.values()].sort((a, b) => compareBytes(a.nodeId, b.nodeId))
          history.push({ table, root: fullRoot(records), records })
        }
        for (const { table, root, records } of history) {
          expect(hex(table.root())).toBe(root)
          expect([...table.entries()]).toEqual(records)
          expect(table.size).toBe(records.length)
        }
      }),
      { numRuns: 25 },
    )
  })

  it('the changes since any older version turn that one into this one', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 15 }), fc.array(change, { maxLength: 15 }), (first, second) => {
        const apply = (table: Table<NodeRecord>, list: typeof first) =>
          list.reduce(
            (t, { key, chainLength }) =>
              chainLength === undefined ? t.delete(key) : t.set(node(key, { chainLength })),
            table,
          )
        const before = apply(Table.empty(nodeCodec), first)
        const after = apply(before, second)
        const unrelated = apply(Table.empty(nodeCodec), second)
        for (const from of [before, unrelated, Table.empty(nodeCodec)]) {
          const replayed = after
            .changesSince(from)
            .reduce((t, { key, record }) => (record === undefined ? t.delete(key) : t.set(record)), from)
          expect([...replayed.entries()]).toEqual([...after.entries()])
        }
        const listed = after.changesSince(before).map(({ key }) => toHex(key))
        const touched = new Set(second.map(({ key }) => toHex(key)))
        expect(listed.every((key) => touched.has(key))).toBe(true)
        expect(listed).toEqual([...listed].sort())
      }),
      { numRuns: 40 },
    )
  })

  it('a root after one change hashes one path, not the table', () => {
    const hasher = countingHasher()
    const records = randomKeys(1000, 7).map((key) => node(key))
    const table = Table.fromRecords(nodeCodec, records, hasher)
    table.root()
    const full = hasher.hashes
    hasher.hashes = 0
    const changed = table.set(node(records[500]?.nodeId ?? new Uint8Array(32), { chainLength: 2 }))
    const root = changed.root()
    expect(hasher.hashes).toBeLessThanOrEqual(257)
    expect(full / hasher.hashes).toBeGreaterThan(900)
    expect(hex(root)).toBe(fullRoot(changed.entries()))
  })

  it('an unchanged table hashes nothing twice', () => {
    const hasher = countingHasher()
    const table = Table.fromRecords(
      nodeCodec,
      keys.map((key) => node(key)),
      hasher,
    )
    table.root()
    hasher.hashes = 0
    table.root()
    expect(hasher.hashes).toBe(0)
  })

  it('hashes through a native backend when it is given one', () => {
    const counting = countingHasher()
    const backend = { merkleLeaf: counting.leaf, merkleNode: counting.node, merkleFold: counting.fold }
    const records = keys.map((key) => node(key))
    const table = Table.fromRecords(nodeCodec, records, hasherOf(backend))
    expect(hex(table.root())).toBe(fullRoot(records))
    expect(counting.hashes).toBeGreaterThan(keys.length)
  })

  it('proves its records and their absence', () => {
    const [absent, ...present] = keys
    if (absent === undefined) throw new Error('no keys')
    const table = Table.fromRecords(
      nodeCodec,
      present.map((key) => node(key)),
    )
    for (const key of present) {
      expect(verifyInclusionProof(table.root(), table.prove(key))).toEqual({ key, record: encodeNodeRecord(node(key)) })
    }
    expect(verifyInclusionProof(table.root(), table.prove(absent))).toEqual({ key: absent })
    expect(verifyInclusionProof(table.root(), Table.empty(nodeCodec).prove(absent))).toBeUndefined()
  })

  it('refuses a key that is not 32 bytes', () => {
    expect(() => Table.empty(nodeCodec).set(node(new Uint8Array(31)))).toThrow(RangeError)
  })
})
