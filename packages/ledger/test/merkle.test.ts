import { ascii } from '@montana/codec'
import { concatBytes, toHex } from '@montana/foundation'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bitOf, emptyHash, nodeCryptoHasher, proveEntries, smtRoot, verifyInclusionProof } from '../src/index.js'
import { bytes, hex, randomKeys, repeat } from './helpers.js'

type Entry = readonly [Uint8Array, Uint8Array]

/** The definition of spec protocol 5.2, word for word: the oracle. */
function subtree(entries: readonly Entry[], height: number): Uint8Array {
  if (entries.length === 0) return emptyHash(height)
  if (height === 0) return nodeCryptoHasher.leaf(entries[0]?.[1] ?? new Uint8Array(0))
  const side = (bit: number) => entries.filter(([key]) => bitOf(key, height - 1) === bit)
  return nodeCryptoHasher.node(subtree(side(0), height - 1), subtree(side(1), height - 1))
}

/** Keys that often share long prefixes on either end. */
const key = fc
  .array(fc.constantFrom(0, 1, 2, 128, 255), { minLength: 2, maxLength: 2 })
  .chain(([low, high]) =>
    fc
      .integer({ min: 0, max: 1 })
      .map((middle) => concatBytes(Uint8Array.of(low ?? 0), repeat(middle, 30), Uint8Array.of(high ?? 0))),
  )
const entries = fc.uniqueArray(fc.tuple(key, fc.uint8Array({ minLength: 1, maxLength: 4 })), {
  maxLength: 12,
  selector: ([k]) => toHex(k),
})

const three: Entry[] = [
  [repeat(0xab, 32), ascii('record one')],
  [repeat(0xcd, 32), ascii('record two')],
  [repeat(0xef, 32), ascii('record three')],
]

describe('sparse Merkle tree', () => {
  it('empty subtrees have the pinned hashes', () => {
    expect(hex(emptyHash(0))).toBe('00'.repeat(32))
    expect(hex(emptyHash(2))).toBe('4fcd5586c25f8e4250f033cd58a09a65c2bbb113b4ffe2071b812c2fa731b501')
    expect(hex(emptyHash(128))).toBe('1b16a1c4eb2ed66902595a6d2ec642a05bed9db4897f5d910092b1a899a8a8b3')
    expect(hex(emptyHash(256))).toBe('87dd145ec5630decdf8fc800583c51cce9dbe8438a1fa0b7e61eb679b4b4638f')
    expect(() => emptyHash(257)).toThrow(RangeError)
  })

  it.each([
    ['first', 0, 0x01, ['a', 'b'], '1ce23c14c93c7dd10edd95b0bc819af6a9136ba41d08ccef481c98e716c36869'],
    ['last', 31, 0x80, ['b', 'a'], 'b6f96064e7f8d8abacbbbfe5eae49ffca9304ef53356acf629790e92472e9a93'],
  ] as const)('the bit order in the %s byte is pinned', (_, at, value, [zero, other], root) => {
    const key = new Uint8Array(32)
    key[at] = value
    const list: Entry[] = [
      [new Uint8Array(32), ascii(zero)],
      [key, ascii(other)],
    ]
    expect(hex(smtRoot(list))).toBe(root)
  })

  it('equals the recursive definition, in any order of insertion', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const root = hex(smtRoot(list))
        expect(root).toBe(hex(subtree(list, 256)))
        expect(hex(smtRoot([...list].reverse()))).toBe(root)
      }),
      { numRuns: 60 },
    )
  })

  it('every key has a proof, present or absent, and the proof speaks of that key', () => {
    fc.assert(
      fc.property(entries, key, (list, asked) => {
        const root = smtRoot(list)
        const present = list.find(([k]) => hex(k) === hex(asked))
        const proven = verifyInclusionProof(root, proveEntries(list, asked))
        expect(proven).toEqual(present ? { key: asked, record: present[1] } : { key: asked })
      }),
      { numRuns: 60 },
    )
  })

  it('the proof of the middle of three has the pinned root', () => {
    const root = smtRoot(three)
    expect(hex(root)).toBe('75c5616151e1edc69306b949a53528a7365debd3d237c36911ea093eb343caf7')
    const proof = proveEntries(three, repeat(0xcd, 32))
    expect(proof.length).toBe(144)
    expect(verifyInclusionProof(root, proof)).toEqual({ key: repeat(0xcd, 32), record: ascii('record two') })
  })

  it('a proof with any one bit flipped proves nothing', () => {
    const root = smtRoot(three)
    for (const asked of [repeat(0xcd, 32), repeat(0xff, 32)]) {
      const proof = proveEntries(three, asked)
      for (let bit = 0; bit < proof.length * 8; bit++) {
        const bad = proof.slice()
        bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const proven = verifyInclusionProof(root, bad)
        // A key next to an absent one may be absent by the same siblings: the proof then speaks of that other key.
        if (proven !== undefined) expect(hex(proven.key)).not.toBe(hex(asked))
        if (proven !== undefined) expect(proven.record).toBeUndefined()
      }
    }
  })

  it('refuses a longer, a shorter and an oversized proof', () => {
    const root = smtRoot(three)
    const proof = proveEntries(three, repeat(0xcd, 32))
    expect(verifyInclusionProof(root, concatBytes(proof, Uint8Array.of(0)))).toBeUndefined()
    expect(verifyInclusionProof(root, proof.subarray(1))).toBeUndefined()
    expect(verifyInclusionProof(root, new Uint8Array(0))).toBeUndefined()
    const big: Entry[] = [[repeat(1, 32), repeat(1, 4097)]]
    expect(verifyInclusionProof(smtRoot(big), proveEntries(big, repeat(1, 32)))).toBeUndefined()
    const fits: Entry[] = [[repeat(1, 32), repeat(1, 4096)]]
    expect(verifyInclusionProof(smtRoot(fits), proveEntries(fits, repeat(1, 32)))?.record?.length).toBe(4096)
  })

  it('a tree of random keys proves all of them', () => {
    const list = randomKeys(40).map((k, i): Entry => [k, bytes(i.toString(16).padStart(4, '0'))])
    const root = smtRoot(list)
    for (const [k, record] of list) expect(verifyInclusionProof(root, proveEntries(list, k))?.record).toEqual(record)
  })
})
