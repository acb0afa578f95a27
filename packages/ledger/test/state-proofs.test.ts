import { concatBytes } from '@montana/foundation'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  alignedAt,
  bitOf,
  compareTreeOrder,
  emptyHash,
  type KeyRange,
  MAX_OUTSIDE_NODES,
  nextKey,
  nodeCryptoHasher,
  prefixOf,
  proveEntries,
  proveRange,
  proveRecord,
  rangeOf,
  StubTree,
  siblingsOf,
  smtRoot,
  subtreeBounds,
  verifyRange,
  verifySubtree,
} from '../src/index.js'
import { hex, repeat } from './helpers.js'
import { clusteredKey, clusteredKeys, MapSource, randomRecords, rawRecord } from './stub-support.js'

const first = repeat(0, 32)
const last = repeat(0xff, 32)
const rootOf = (source: MapSource) => smtRoot([...source.rows.values()].map((r) => [r.subarray(0, 32), r] as const))
const sourceOf = (keys: readonly Uint8Array[]) => new MapSource(keys.map((key) => rawRecord(key, 5)))
const leavesIn = (source: MapSource, { lo, hi }: KeyRange) => {
  const leaves = [...source.leaves(lo, hi)]
  return {
    keys: concatBytes(...leaves.map(({ key }) => key)),
    leafHashes: concatBytes(...leaves.map(({ hash }) => hash)),
  }
}

function rangeClaim(source: MapSource, range: KeyRange, maxLeaves = 3) {
  const tree = new StubTree(source.stubs(maxLeaves))
  const proof = proveRange(tree, (lo, hi) => source.leaves(lo, hi), range)
  return { root: rootOf(source), ...range, ...leavesIn(source, range), proof }
}

function subtreeClaim(source: MapSource, depth: number, prefix: number, maxLeaves = 3) {
  const leaves = (lo: Uint8Array, hi: Uint8Array) => source.leaves(lo, hi)
  const siblings = siblingsOf(source.stubs(maxLeaves), depth, prefix, nodeCryptoHasher, leaves)
  return { root: rootOf(source), depth, prefix, siblings, ...leavesIn(source, subtreeBounds(depth, prefix)) }
}

const flipped = (bytes: Uint8Array, bit: number) => {
  const copy = bytes.slice()
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}
const ordered = (a: Uint8Array, b: Uint8Array): KeyRange =>
  compareTreeOrder(a, b) <= 0 ? { lo: a, hi: b } : { lo: b, hi: a }
const shape = fc.record({
  keys: clusteredKeys(16),
  maxLeaves: fc.integer({ min: 1, max: 6 }),
  ends: fc.tuple(clusteredKey, clusteredKey),
})

describe('the bounds of a subtree', () => {
  it('are the keys that share its decisions, most significant first', () => {
    expect(subtreeBounds(0, 0)).toEqual({ lo: first, hi: last })
    expect(hex(subtreeBounds(1, 1).lo)).toBe(`${'00'.repeat(31)}80`)
    expect(hex(subtreeBounds(9, 1).lo)).toBe(`${'00'.repeat(30)}8000`)
    expect(hex(subtreeBounds(9, 1).hi)).toBe(`${'ff'.repeat(31)}00`)
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.integer({ min: 0, max: 32 }), (key, depth) => {
        const prefix = prefixOf(key, depth)
        const decisions = Array.from({ length: depth }, (_, i) => bitOf(key, 255 - i))
        expect(prefix).toBe(decisions.reduce<number>((sum, bit) => sum * 2 + bit, 0))
        const { lo, hi } = rangeOf(alignedAt(depth, prefix))
        expect(compareTreeOrder(lo, key) <= 0 && compareTreeOrder(key, hi) <= 0).toBe(true)
        expect([prefixOf(lo, depth), prefixOf(hi, depth)]).toEqual([prefix, prefix])
      }),
    )
    for (const [depth, prefix] of [
      [33, 0],
      [-1, 0],
      [3, 8],
      [3, -1],
    ] as const) {
      expect(() => subtreeBounds(depth, prefix)).toThrow(RangeError)
    }
  })
})

describe('a subtree', () => {
  it('is proven at every depth, whatever the stubs are', () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 0, max: 24 }), ({ keys, maxLeaves, ends: [key] }, depth) => {
        const claim = subtreeClaim(sourceOf(keys), depth, prefixOf(key, depth), maxLeaves)
        expect(verifySubtree(claim)).toBe(true)
        expect(claim.siblings).toHaveLength(depth)
      }),
      { numRuns: 50 },
    )
  })

  it('is refused with any bit flipped, a record dropped, added or moved, and under another prefix', () => {
    const source = new MapSource(randomRecords(24, 5))
    const claim = subtreeClaim(source, 2, 1)
    const { keys, leafHashes, siblings } = claim
    expect(verifySubtree(claim)).toBe(true)
    const n = keys.length / 32
    expect(n).toBeGreaterThan(2)
    for (let bit = 0; bit < keys.length * 8; bit += 31) {
      expect(verifySubtree({ ...claim, keys: flipped(keys, bit) })).toBe(false)
      expect(verifySubtree({ ...claim, leafHashes: flipped(leafHashes, bit) })).toBe(false)
    }
    for (let bit = 0; bit < 256; bit += 5) {
      expect(verifySubtree({ ...claim, root: flipped(claim.root, bit) })).toBe(false)
      const [sibling, ...others] = siblings
      if (sibling === undefined) throw new Error('the sibling is empty')
      expect(verifySubtree({ ...claim, siblings: [flipped(sibling, bit), ...others] })).toBe(false)
    }
    const cut = (bytes: Uint8Array, at: number) => concatBytes(bytes.subarray(0, at * 32), bytes.subarray(at * 32 + 32))
    for (let at = 0; at < n; at++) {
      expect(verifySubtree({ ...claim, keys: cut(keys, at), leafHashes: cut(leafHashes, at) })).toBe(false)
    }
    const own = keys.subarray(0, 32)
    expect(verifySubtree({ ...claim, keys: concatBytes(own, keys), leafHashes: concatBytes(own, leafHashes) })).toBe(
      false,
    )
    const swap = (bytes: Uint8Array) => concatBytes(bytes.subarray(32, 64), bytes.subarray(0, 32), bytes.subarray(64))
    expect(verifySubtree({ ...claim, keys: swap(keys), leafHashes: swap(leafHashes) })).toBe(false)
    expect(verifySubtree({ ...claim, prefix: 0 })).toBe(false)
    expect(verifySubtree({ ...claim, prefix: 5 })).toBe(false)
    expect(verifySubtree({ ...claim, depth: 3 })).toBe(false)
    expect(verifySubtree({ ...claim, siblings: siblings.slice(1) })).toBe(false)
    expect(verifySubtree({ ...claim, leafHashes: leafHashes.subarray(1) })).toBe(false)
  })

  it('is judged by the hash of its content when that was computed elsewhere', () => {
    const { leafHashes, ...claim } = subtreeClaim(new MapSource(randomRecords(24, 5)), 2, 1)
    const subtreeHash = new StubTree(new MapSource(randomRecords(24, 5)).stubs(1)).hashAt(alignedAt(2, 1), () => [])
    expect(leafHashes.length).toBeGreaterThan(0)
    expect(verifySubtree({ ...claim, subtreeHash })).toBe(true)
    expect(verifySubtree({ ...claim, subtreeHash: flipped(subtreeHash, 3) })).toBe(false)
    expect(verifySubtree({ ...claim, keys: claim.keys.subarray(1), subtreeHash })).toBe(false)
  })
})

describe('one record', () => {
  it('is proven, or its absence, as the whole tree would prove it', () => {
    fc.assert(
      fc.property(shape, ({ keys, maxLeaves, ends: [absent] }) => {
        const source = sourceOf(keys)
        const entries = [...source.rows.values()].map((record) => [record.subarray(0, 32), record] as const)
        const tree = new StubTree(source.stubs(maxLeaves))
        for (const key of [...keys.slice(0, 3), absent]) {
          const record = source.record(key)
          const proof = proveRecord(tree, (lo, hi) => source.leaves(lo, hi), { key, record })
          expect(hex(proof)).toBe(hex(proveEntries(entries, key)))
        }
      }),
      { numRuns: 20 },
    )
  })
})

describe('a range', () => {
  it('is proven between any two ends, whatever the stubs are', () => {
    fc.assert(
      fc.property(shape, ({ keys, maxLeaves, ends: [a, b] }) => {
        const source = sourceOf(keys)
        for (const range of [ordered(a, b), { lo: a, hi: a }, { lo: first, hi: b }, { lo: a, hi: last }]) {
          expect(verifyRange(rangeClaim(source, range, maxLeaves))).toBe(true)
        }
        expect(verifyRange(rangeClaim(source, { lo: first, hi: last }, maxLeaves))).toBe(true)
      }),
      { numRuns: 15 },
    )
  })

  it('of an aligned subtree has the outside nodes that are its siblings', () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 0, max: 24 }), ({ keys, ends: [key] }, depth) => {
        const [source, prefix] = [sourceOf(keys), prefixOf(key, depth)]
        const { proof } = rangeClaim(source, subtreeBounds(depth, prefix))
        const { siblings } = subtreeClaim(source, depth, prefix)
        const listed = siblings.filter((sibling) => sibling !== undefined).map(hex)
        const count = new DataView(proof.buffer).getUint16(0, true)
        expect(count).toBe(depth)
        const hashes = proof.subarray(4 + Math.ceil(depth / 8))
        const inProof = Array.from({ length: hashes.length / 32 }, (_, i) => hex(hashes.subarray(i * 32, i * 32 + 32)))
        expect(inProof.sort()).toEqual(listed.sort())
      }),
      { numRuns: 40 },
    )
  })

  it('has at most 510 outside nodes, and 256 with an end of the key space', () => {
    const source = new MapSource(randomRecords(3))
    const [lo, hi] = [
      concatBytes(repeat(0xff, 31), Uint8Array.of(0x7f)),
      concatBytes(repeat(0, 31), Uint8Array.of(0x80)),
    ]
    const countOf = (range: KeyRange) => new DataView(rangeClaim(source, range).proof.buffer).getUint16(0, true)
    expect(countOf({ lo, hi })).toBe(MAX_OUTSIDE_NODES)
    expect(countOf({ lo: first, hi: first })).toBe(256)
    expect(countOf({ lo: first, hi: last })).toBe(0)
  })

  it('is refused with any bit of the proof flipped, and a record changed, dropped or added', () => {
    const source = new MapSource(randomRecords(12, 3))
    const keys = source.all().map(({ key }) => key)
    const [lo, hi] = [keys[3], keys[8]]
    if (lo === undefined || hi === undefined) throw new Error('no keys')
    const claim = rangeClaim(source, { lo, hi })
    expect(verifyRange(claim)).toBe(true)
    // Every bit of the counts and the bitmap, one in eleven of the hashes.
    for (let bit = 0; bit < claim.proof.length * 8; bit += bit < 600 ? 1 : 11) {
      expect(verifyRange({ ...claim, proof: flipped(claim.proof, bit) })).toBe(false)
    }
    for (let bit = 0; bit < claim.keys.length * 8; bit += 37) {
      expect(verifyRange({ ...claim, keys: flipped(claim.keys, bit) })).toBe(false)
      expect(verifyRange({ ...claim, leafHashes: flipped(claim.leafHashes, bit) })).toBe(false)
    }
    for (let at = 0; at < claim.keys.length / 32; at++) {
      const without = (bytes: Uint8Array) => concatBytes(bytes.subarray(0, at * 32), bytes.subarray(at * 32 + 32))
      expect(verifyRange({ ...claim, keys: without(claim.keys), leafHashes: without(claim.leafHashes) })).toBe(false)
    }
    const wide = leavesIn(source, { lo: keys[2] ?? lo, hi })
    expect(verifyRange({ ...claim, ...wide })).toBe(false)
    expect(verifyRange({ ...claim, lo: hi, hi: lo })).toBe(false)
    expect(verifyRange({ ...claim, hi: keys[9] ?? hi })).toBe(false)
    expect(verifyRange({ ...claim, proof: concatBytes(claim.proof, Uint8Array.of(0)) })).toBe(false)
    expect(verifyRange({ ...claim, proof: claim.proof.subarray(1) })).toBe(false)
  })

  it('is refused when the proof lists an empty subtree, pads its bitmap or announces more than there can be', () => {
    const source = sourceOf([repeat(1, 32)])
    const claim = rangeClaim(source, { lo: first, hi: repeat(0x3f, 32) })
    expect(verifyRange(claim)).toBe(true)
    const count = new DataView(claim.proof.buffer, claim.proof.byteOffset).getUint16(0, true)
    const bitmapBytes = Math.ceil(count / 8)
    const right = claim.proof.slice()
    // The last outside node is the empty right half of the tree.
    right[2 + bitmapBytes - 1] = (right[2 + bitmapBytes - 1] ?? 0) | (1 << ((count - 1) & 7))
    right[2 + bitmapBytes] = (right[2 + bitmapBytes] ?? 0) + 1
    expect(verifyRange({ ...claim, proof: concatBytes(right, emptyHash(255)) })).toBe(false)
    const many = claim.proof.slice()
    new DataView(many.buffer).setUint16(0, 511, true)
    expect(verifyRange({ ...claim, proof: concatBytes(many, new Uint8Array(64)) })).toBe(false)
    if (count % 8 !== 0) {
      const padded = claim.proof.slice()
      padded[2 + bitmapBytes - 1] = (padded[2 + bitmapBytes - 1] ?? 0) | 0x80
      expect(verifyRange({ ...claim, proof: padded })).toBe(false)
    }
  })

  it('is followed by the next key until the last', () => {
    expect(nextKey(first)).toEqual(concatBytes(Uint8Array.of(1), repeat(0, 31)))
    expect(nextKey(concatBytes(Uint8Array.of(0xff), repeat(0, 31)))).toEqual(
      concatBytes(Uint8Array.of(0, 1), repeat(0, 30)),
    )
    expect(nextKey(last)).toBeUndefined()
  })
})
