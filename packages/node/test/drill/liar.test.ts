import {
  decodeCertificateResponse,
  decodeEnvelopeRangeResponse,
  decodeTimechainProofResponse,
  EXT_TYPE,
  encodeCertificateRequest,
  encodeCertificateResponse,
  encodeEnvelopeRangeRequest,
  encodeEnvelopeRangeResponse,
  encodeTimechainProofRequest,
  encodeTimechainProofResponse,
} from '@montana/network'
import { describe, expect, it } from 'vitest'
import { Liar } from '../../src/drill/liar.js'

const MAX_BYTES = 1_048_576
const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill)

function liar(): Liar {
  const made = new Liar()
  made.isOn = true
  return made
}

/** Places at which two byte strings differ. */
function differences(a: Uint8Array, b: Uint8Array): number[] {
  expect(a.length).toBe(b.length)
  return [...a.keys()].filter((at) => a[at] !== b[at])
}

function range(fromWindow: number, count: number) {
  const request = { fromWindow, count, maxBytes: MAX_BYTES }
  const envelopes = Array.from({ length: count }, (_, i) => bytes(4_000, i))
  const answer = encodeEnvelopeRangeResponse({ firstWindow: fromWindow, more: false, envelopes })
  return { type: EXT_TYPE.envelopeRange, payload: encodeEnvelopeRangeRequest(request), request, envelopes, answer }
}

describe('the drill of a node that lies', () => {
  it('serves one wrong window in fifty, and to each peer the very first', () => {
    const one = liar()
    const wrong: number[] = []
    for (let from = 1; from <= 160; from += 8) {
      const { request, envelopes, answer, ...question } = range(from, 8)
      const told = decodeEnvelopeRangeResponse(one.alter('a', question, answer), request).envelopes
      for (const [i, envelope] of told.entries()) {
        const at = differences(envelope, envelopes[i] ?? new Uint8Array())
        if (at.length > 0) wrong.push(from + i)
        expect(at.every((place) => place === 3_721)).toBe(true)
      }
    }
    expect(wrong).toEqual([1, 51, 101, 151])
    const { answer, request: _, envelopes: __, ...question } = range(9, 4)
    expect(differences(one.alter('b', question, answer), answer)).toHaveLength(1)
    one.isOn = false
    expect(one.alter('c', question, answer)).toBe(answer)
  })

  it('signs no certificate of its own making', () => {
    const certificate = bytes(76 + 3_341, 0)
    certificate[0] = 7
    const request = { fromWindow: 7, count: 1, maxBytes: MAX_BYTES }
    const answer = encodeCertificateResponse({ firstWindow: 7, more: false, certificates: [certificate] })
    const question = { type: EXT_TYPE.certificate, payload: encodeCertificateRequest(request) }
    const [told = certificate] = decodeCertificateResponse(liar().alter('a', question, answer), request).certificates
    expect(differences(told, certificate)).toEqual([certificate.length - 1])
  })

  it('makes no segment of a proof hold, and leaves both ends', () => {
    const item = { window: 5, d: 100, start: bytes(32, 1), values: bytes(8 * 32, 2) }
    const request = { fromWindow: 5, count: 1, maxSegments: 64 }
    const question = { type: EXT_TYPE.timechainProof, payload: encodeTimechainProofRequest(request) }
    const answer = encodeTimechainProofResponse([item])
    const [told = item] = decodeTimechainProofResponse(liar().alter('a', question, answer), request)
    expect(told.start).toEqual(item.start)
    expect(differences(told.values, item.values)).toEqual(Array.from({ length: 7 }, (_, i) => i * 32))
  })

  it('changes one record of a chunk, behind its key', () => {
    // window 8, table 8, depth 9, prefix 10, record_count 14, bitmap 16: two siblings.
    const chunk = bytes(20 + 2 * 32 + 3 * 2_059, 0)
    chunk.set([1], 8)
    chunk.set([3, 0, 0b101], 14)
    const told = liar().alter('a', { type: 0x88, payload: bytes(14, 0) }, chunk)
    expect(differences(told, chunk)).toEqual([20 + 2 * 32 + 32])
    // table 0, window 1, lo 9, hi 41, record_count 73.
    const rest = bytes(77 + 2 * 2_098 + 10, 0)
    rest.set([2], 0)
    rest.set([2], 73)
    expect(differences(liar().alter('a', { type: 0x92, payload: bytes(45, 0) }, rest), rest)).toEqual([77 + 1_986])
  })

  it('leaves alone what is empty, and what it does not know', () => {
    const chunk = bytes(20, 0)
    expect(liar().alter('a', { type: 0x88, payload: bytes(14, 0) }, chunk)).toBe(chunk)
    const other = bytes(9, 1)
    expect(liar().alter('a', { type: EXT_TYPE.object, payload: other }, other)).toBe(other)
  })
})
