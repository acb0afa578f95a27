import { CodecError, hashWithDomain, sha256, u16le, u32le, u64le } from '@montana/codec'
import { concatBytes } from '@montana/foundation'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  boundaries,
  candidateClaim,
  candidateSeed,
  decodeCandidateProof,
  decodeTimechainProof,
  defaultCandidateSegments,
  encodeCandidateProof,
  encodeTimechainProof,
  itemOfProof,
  MAX_D,
  proofOfItem,
  type TimechainProof,
  thinProof,
  timechainClaim,
  totalBoundaries,
} from '../src/index.js'

/** Value i is the hash of i, so that each can be told from the others. */
const value = (i: number) => sha256(u32le(i))
const values = (count: number) => concatBytes(...Array.from({ length: count }, (_, i) => value(i + 1)))
const proof = (k: number, d = 1000): TimechainProof => ({ window: 7, d, values: values(k - 1) })

describe('a timechain proof', () => {
  it('has 18 + 32·(k−1) bytes in the order of spec protocol 13.1', () => {
    const bytes = encodeTimechainProof(proof(8))
    expect(bytes).toEqual(concatBytes(u64le(7), u64le(1000), u16le(8), values(7)))
    expect(decodeTimechainProof(bytes)).toEqual(proof(8))
    expect(encodeTimechainProof(proof(256))).toHaveLength(18 + 32 * 255)
  })

  it.each([
    ['k below 8', () => encodeTimechainProof(proof(7))],
    ['k above 256', () => encodeTimechainProof(proof(257))],
    ['k above d', () => encodeTimechainProof(proof(9, 8))],
    ['no window', () => encodeTimechainProof(proof(8, 2 ** 32))],
    ['half a value', () => encodeTimechainProof({ ...proof(8), values: values(8).subarray(0, 240) })],
  ])('of impossible shape is not encoded: %s', (_, encode) => {
    expect(encode).toThrow(CodecError)
  })

  it.each([
    ['k below 8', concatBytes(u64le(1), u64le(9), u16le(7), values(6))],
    ['k above 256', concatBytes(u64le(1), u64le(999), u16le(257), values(256))],
    ['k above d', concatBytes(u64le(1), u64le(8), u16le(9), values(8))],
    ['d of 2^32', concatBytes(u64le(1), u64le(2 ** 32), u16le(8), values(7))],
    ['d of 0', concatBytes(u64le(1), u64le(0), u16le(8), values(7))],
    ['a value short', concatBytes(u64le(1), u64le(99), u16le(9), values(7))],
    ['a byte long', concatBytes(u64le(1), u64le(99), u16le(8), values(7), new Uint8Array(1))],
  ])('is refused: %s', (_, bytes) => {
    expect(() => decodeTimechainProof(bytes)).toThrow(CodecError)
  })

  it('and its wire item tell the same', () => {
    const item = itemOfProof(proof(8), value(100), value(200))
    expect(item.values).toHaveLength(8 * 32)
    expect(proofOfItem(item)).toEqual({ proof: proof(8), start: value(100), end: value(200) })
  })
})

describe('thinning', () => {
  it('takes every 4th value of 64 segments for 16', () => {
    const thin = thinProof(proof(64, 325_000_000), 16)
    expect(thin?.values).toEqual(concatBytes(...Array.from({ length: 15 }, (_, i) => value(4 * (i + 1)))))
  })

  it('serves fewer when the number asked for has no boundaries here, and nothing below 8', () => {
    const count = (k: number, most: number) => {
      const thin = thinProof(proof(k, 325_000_000), most)
      return thin && thin.values.length / 32 + 1
    }
    expect([count(64, 256), count(64, 63), count(64, 8), count(90, 64), count(17, 16), count(13, 12)]).toEqual([
      64,
      32,
      8,
      45,
      undefined,
      undefined,
    ])
  })

  it('keeps only values that stand exactly on the new boundaries', () => {
    const params = fc.record({
      d: fc.integer({ min: 8, max: 3000 }),
      k: fc.integer({ min: 8, max: 256 }),
      most: fc.integer({ min: 8, max: 256 }),
    })
    fc.assert(
      fc.property(params, ({ d, k, most }) => {
        fc.pre(k <= d)
        // A value is the hash of the steps after which it stands.
        const at = (steps: number) => value(steps)
        const chainValues = (n: number) => concatBytes(...boundaries(d, n).slice(1, -1).map(at))
        const thin = thinProof({ window: 1, d, values: chainValues(k) }, most)
        if (!thin) {
          expect(k % most === 0 || k <= most).toBe(false)
          return
        }
        const thinK = thin.values.length / 32 + 1
        expect(thinK).toBeLessThanOrEqual(Math.min(k, most))
        expect(thin.values).toEqual(chainValues(thinK))
      }),
    )
  })
})

describe('a candidate proof', () => {
  const hash = value(0)

  it('is nodereg_hash, k and k−1 values', () => {
    const bytes = encodeCandidateProof({ noderegHash: hash, values: values(8) })
    expect(bytes).toEqual(concatBytes(hash, u32le(9), values(8)))
    expect(decodeCandidateProof(bytes)).toEqual({ noderegHash: hash, values: values(8) })
  })

  it('has at most 32 767 segments, which is the payload limit of spec protocol 14.1', () => {
    const most = { noderegHash: hash, values: new Uint8Array(32_766 * 32) }
    expect(encodeCandidateProof(most)).toHaveLength(1_048_548)
    expect(() => encodeCandidateProof({ noderegHash: hash, values: new Uint8Array(32_767 * 32) })).toThrow(CodecError)
  })

  it.each([
    ['k below 8', concatBytes(hash, u32le(7), values(6))],
    ['k of 4 billion', concatBytes(hash, u32le(2 ** 32 - 1))],
    ['a value short', concatBytes(hash, u32le(9), values(7))],
    ['a byte long', concatBytes(hash, u32le(8), values(7), new Uint8Array(1))],
  ])('is refused: %s', (_, bytes) => {
    expect(() => decodeCandidateProof(bytes)).toThrow(CodecError)
  })

  it('has clamp(L, 8, 32 767) segments by default', () => {
    expect([1, 8, 20_160, 504_000].map(defaultCandidateSegments)).toEqual([8, 8, 20_160, 32_767])
  })

  it('begins at the seed of spec protocol 12.4', () => {
    const [t, cba, id] = [value(1), value(2), value(3)]
    expect(candidateSeed(t, cba, id)).toEqual(hashWithDomain('mt-candidate-ssha-init', concatBytes(t, cba, id)))
  })
})

describe('boundaries over the work of many windows', () => {
  it('are exact up to 504 000 windows of 2^32−1 steps', () => {
    const total = 504_000 * MAX_D
    expect(Number.isSafeInteger(total)).toBe(true)
    const ends = totalBoundaries(total, 32_767)
    const exact = ends.map((_, i) => (BigInt(total) * BigInt(i)) / 32_767n)
    expect(ends.map(BigInt)).toEqual(exact)
    // Plain arithmetic would not do: it is off by a step here.
    expect(ends.some((end, i) => end !== Math.floor((total * i) / 32_767))).toBe(true)
  })

  it('equal floor(S·i/k) for any S and k', () => {
    const sums = fc.integer({ min: 1, max: 504_000 * MAX_D })
    fc.assert(
      fc.property(sums, fc.integer({ min: 1, max: 300 }), (total, k) => {
        fc.pre(k <= total)
        const exact = Array.from({ length: k + 1 }, (_, i) => (BigInt(total) * BigInt(i)) / BigInt(k))
        expect(totalBoundaries(total, k).map(BigInt)).toEqual(exact)
      }),
    )
  })
})

describe('claims of impossible shape', () => {
  const end = value(9)

  it('are none', () => {
    expect(timechainClaim({ d: 1000, values: values(7) }, end, end)).toBeDefined()
    for (const d of [0, 7, 2 ** 32]) expect(timechainClaim({ d, values: values(7) }, end, end)).toBeUndefined()
    expect(timechainClaim({ d: 1000, values: values(6) }, end, end)).toBeUndefined()
    expect(timechainClaim({ d: 1000, values: values(256) }, end, end)).toBeUndefined()
    expect(timechainClaim({ d: 1000, values: values(7) }, end.subarray(1), end)).toBeUndefined()
    expect(candidateClaim({ values: values(256) }, end, end, 1000)).toBeDefined()
    expect(candidateClaim({ values: values(7) }, end, end, 7)).toBeUndefined()
    expect(candidateClaim({ values: values(7) }, end, end, 2 ** 53)).toBeUndefined()
  })
})
