import { CodecError, u16le, u64le } from '@montana/codec'
import { concatBytes } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import {
  decodeTimechainProofRequest,
  decodeTimechainProofResponse,
  encodeTimechainProofRequest,
  encodeTimechainProofResponse,
  fitTimechainProofs,
  MAX_TIMECHAIN_PROOF_BYTES,
  type TimechainProofItem,
} from '../src/ext/timechain-proof.js'

const start = new Uint8Array(32).fill(1)
const request = { fromWindow: 5, count: 2, maxSegments: 16 }

function item(window: number, k = 8, d = 1000): TimechainProofItem {
  return { window, d, start, values: new Uint8Array(32 * k).fill(window) }
}

describe('the TimechainProof request', () => {
  it('has twelve bytes', () => {
    const bytes = encodeTimechainProofRequest(request)
    expect(bytes).toEqual(concatBytes(u64le(5), u16le(2), u16le(16)))
    expect(decodeTimechainProofRequest(bytes)).toEqual(request)
  })

  it.each([{ count: 0 }, { count: 33 }, { maxSegments: 7 }, { maxSegments: 257 }])('is refused with %j', (change) => {
    const bytes = encodeTimechainProofRequest({ ...request, ...change })
    expect(() => decodeTimechainProofRequest(bytes)).toThrow(CodecError)
  })

  it('of another length is refused', () => {
    const bytes = encodeTimechainProofRequest(request)
    expect(() => decodeTimechainProofRequest(bytes.subarray(1))).toThrow(CodecError)
    expect(() => decodeTimechainProofRequest(concatBytes(bytes, new Uint8Array(1)))).toThrow(CodecError)
  })
})

describe('the TimechainProof response', () => {
  it('lists items of 50 + 32·k bytes', () => {
    const bytes = encodeTimechainProofResponse([item(5), item(6, 16)])
    const first = concatBytes(u64le(5), u64le(1000), u16le(8), start, new Uint8Array(256).fill(5))
    expect(bytes.subarray(0, 2 + 306)).toEqual(concatBytes(u16le(2), first))
    expect(bytes).toHaveLength(2 + 306 + 562)
    expect(decodeTimechainProofResponse(bytes, request)).toEqual([item(5), item(6, 16)])
    expect(decodeTimechainProofResponse(encodeTimechainProofResponse([item(5)]), request)).toEqual([item(5)])
  })

  it.each<[string, TimechainProofItem[]]>([
    ['no item', []],
    ['more than asked for', [item(5), item(6), item(7)]],
    ['another first window', [item(6)]],
    ['a gap', [item(5), item(7)]],
    ['k below 8', [item(5, 7)]],
    ['k above max_segments', [item(5, 17)]],
    ['k above d', [item(5, 9, 8)]],
    ['d of 0', [item(5, 8, 0)]],
    ['d of 2^32', [item(5, 8, 2 ** 32)]],
  ])('is refused: %s', (_, items) => {
    expect(() => decodeTimechainProofResponse(encodeTimechainProofResponse(items), request)).toThrow(CodecError)
  })

  it('is refused when cut short or too long', () => {
    const bytes = encodeTimechainProofResponse([item(5)])
    expect(() => decodeTimechainProofResponse(bytes.subarray(0, -1), request)).toThrow(CodecError)
    expect(() => decodeTimechainProofResponse(concatBytes(bytes, start), request)).toThrow(CodecError)
    const huge = new Uint8Array(MAX_TIMECHAIN_PROOF_BYTES + 1)
    expect(() => decodeTimechainProofResponse(huge, request)).toThrow(expect.objectContaining({ code: 'BadLength' }))
  })

  it('is cut at the payload limit: 31 of 32 windows with 256 segments', () => {
    const items = Array.from({ length: 32 }, (_, i) => item(5 + i, 256))
    const fitting = fitTimechainProofs(items)
    expect(fitting).toHaveLength(31)
    expect(encodeTimechainProofResponse(fitting).length).toBeLessThanOrEqual(MAX_TIMECHAIN_PROOF_BYTES)
    expect(fitTimechainProofs(items.slice(0, 3))).toEqual(items.slice(0, 3))
  })
})
