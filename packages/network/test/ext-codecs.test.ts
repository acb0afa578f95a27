import { CodecError } from '@montana/codec'
import { errorCode } from '@montana/foundation'
import { LIMITS } from '@montana/transport'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeCandidateProofRequest,
  decodeCertificateRequest,
  decodeCertificateResponse,
  decodeEnvelopeRangeResponse,
  decodeEvidence,
  decodeObjectRequest,
  decodeVoteSetRequest,
  decodeVoteSetResponse,
  EVIDENCE_KIND,
  type EvidenceKind,
  EXT_TYPE,
  encodeCandidateProofRequest,
  encodeCertificateRequest,
  encodeCertificateResponse,
  encodeEvidence,
  encodeObjectRequest,
  encodeVoteSetRequest,
  encodeVoteSetResponse,
  fitCertificates,
  fitVoteSet,
  OBJECT_KIND,
  VOTE_KIND,
  type VoteKind,
} from '../src/index.js'

const codeOf = (work: () => unknown) => {
  try {
    work()
    return 'ok'
  } catch (error) {
    return errorCode(error)
  }
}
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const window = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 64 })
const byte = fc.integer({ min: 0, max: 255 })
const filled = (length: number) => byte.map((value) => new Uint8Array(length).fill(value))

const certificate = (ofWindow: number, precommits: number, fill = 5) => {
  const bytes = new Uint8Array(76 + 3341 * precommits).fill(fill)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(ofWindow), true)
  return bytes
}
const certificateRequest = fc.record({
  fromWindow: window,
  count: fc.integer({ min: 1, max: 64 }),
  maxBytes: fc.integer({ min: 0, max: 1_048_576 }),
})
const certificateResponse = fc
  .record({
    firstWindow: window,
    more: fc.boolean(),
    sizes: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1 }),
  })
  .map(({ firstWindow, more, sizes }) => ({
    firstWindow,
    more,
    certificates: sizes.map((precommits, index) => certificate(firstWindow + index, precommits)),
  }))
const objectRequest = fc.record({ kind: fc.constantFrom(...Object.values(OBJECT_KIND)), hash })
const voteSetRequest = fc.record({ window, fromRound: fc.integer({ min: 0, max: 0xffff }) })
const voteBytes = { [VOTE_KIND.propose]: 3385, [VOTE_KIND.cementVote]: 3384 } as const
const voteItem = (kind: VoteKind) => filled(voteBytes[kind]).map((bytes) => ({ kind, bytes }))
const voteSet = fc.array(fc.oneof(voteItem(VOTE_KIND.propose), voteItem(VOTE_KIND.cementVote)), { maxLength: 8 })
const evidenceOf = (kind: EvidenceKind, length: fc.Arbitrary<number>) =>
  fc.record({ kind: fc.constant(kind), a: length.chain(filled), b: length.chain(filled) })
const evidence = fc.oneof(
  evidenceOf(EVIDENCE_KIND.header, fc.constant(3722)),
  evidenceOf(EVIDENCE_KIND.vote, fc.constant(3384)),
  evidenceOf(EVIDENCE_KIND.confirmation, fc.integer({ min: 3385, max: 19_769 })),
)

/** The answer that `decodeCertificateResponse` accepts for any response of the generator. */
const anyRequest = (firstWindow: number) => ({ fromWindow: firstWindow, count: 64, maxBytes: 1_048_576 })
const requestInFront = (bytes: Uint8Array) =>
  anyRequest(bytes.length < 8 ? 0 : Number(Buffer.from(bytes).readBigUInt64LE(0) & 0xffff_ffffn))

interface Codec<T> {
  readonly values: fc.Arbitrary<T>
  readonly encode: (value: T) => Uint8Array
  readonly decode: (bytes: Uint8Array) => unknown
}
const codec = <T>(values: fc.Arbitrary<T>, encode: (value: T) => Uint8Array, decode: (bytes: Uint8Array) => unknown) =>
  ({ values, encode, decode }) as Codec<unknown>

const CODECS: Readonly<Record<string, Codec<unknown>>> = {
  'certificate request': codec(certificateRequest, encodeCertificateRequest, decodeCertificateRequest),
  'certificate response': codec(certificateResponse, encodeCertificateResponse, (bytes) =>
    decodeCertificateResponse(bytes, anyRequest(Number(Buffer.from(bytes).readBigUInt64LE(0)))),
  ),
  'candidate-proof request': codec(hash, encodeCandidateProofRequest, decodeCandidateProofRequest),
  'object request': codec(objectRequest, encodeObjectRequest, decodeObjectRequest),
  'vote-set request': codec(voteSetRequest, encodeVoteSetRequest, decodeVoteSetRequest),
  'vote-set response': codec(voteSet, encodeVoteSetResponse, decodeVoteSetResponse),
  evidence: codec(evidence, encodeEvidence, decodeEvidence),
}

describe.each(Object.entries(CODECS))('%s', (_, { values, encode, decode }) => {
  it('decodes what it encodes, into memory of its own', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encode(value)
        const decoded = decode(bytes)
        bytes.fill(0xee)
        expect(decoded).toEqual(value)
      }),
      { numRuns: 30 },
    )
  })

  it('refuses every shorter and every longer form', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (value, part) => {
        const bytes = encode(value)
        const short = bytes.subarray(0, Math.max(8, Math.floor(bytes.length * part)))
        if (short.length < bytes.length) expect(() => decode(short)).toThrow(CodecError)
        expect(() => decode(new Uint8Array([...bytes, 0]))).toThrow(CodecError)
      }),
      { numRuns: 30 },
    )
  })
})

describe('random bytes', () => {
  const decoders: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
    certificateRequest: decodeCertificateRequest,
    certificateResponse: (bytes) => decodeCertificateResponse(bytes, requestInFront(bytes)),
    envelopeRangeResponse: (bytes) => decodeEnvelopeRangeResponse(bytes, requestInFront(bytes)),
    candidateProofRequest: decodeCandidateProofRequest,
    objectRequest: decodeObjectRequest,
    voteSetRequest: decodeVoteSetRequest,
    voteSetResponse: decodeVoteSetResponse,
    evidence: decodeEvidence,
  }
  /** Small values in front, so that counts and lengths come out plausible now and then. */
  const noise = fc
    .tuple(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 16 }), fc.uint8Array({ maxLength: 7000 }))
    .map(([front, rest]) => new Uint8Array([...front, ...rest]))

  it.each(Object.entries(decoders))('end %s with a value or a CodecError', (_, decode) => {
    fc.assert(
      fc.property(noise, (bytes) => {
        try {
          decode(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError)
        }
      }),
    )
  })
})

describe('certificates', () => {
  const request = { fromWindow: 9, count: 2, maxBytes: 1_048_576 }
  const response = { firstWindow: 9, more: false, certificates: [certificate(9, 1), certificate(10, 3)] }
  const answer = (changed: Partial<typeof response>) => encodeCertificateResponse({ ...response, ...changed })

  it.each([
    ['another first window', { firstWindow: 8 }],
    ['none', { certificates: [] }],
    ['more than asked for', { certificates: [certificate(9, 1), certificate(10, 1), certificate(11, 1)] }],
    ['a window that is left out', { certificates: [certificate(9, 1), certificate(11, 1)] }],
    ['a certificate without a precommit', { certificates: [certificate(9, 0)] }],
    ['a certificate of a broken length', { certificates: [certificate(9, 2).subarray(0, 76 + 3342)] }],
  ])('are refused: %s', (_, changed) => {
    expect(codeOf(() => decodeCertificateResponse(answer({}), request))).toBe('ok')
    expect(codeOf(() => decodeCertificateResponse(answer(changed), request))).toMatch(/^Bad(Value|Length)$/)
  })

  it.each([
    [0, 100],
    [65, 100],
    [1, 1_048_577],
  ])('are not asked for with count %i, max_bytes %i', (count, maxBytes) => {
    const bytes = encodeCertificateRequest({ fromWindow: 1, count, maxBytes })
    expect(codeOf(() => decodeCertificateRequest(bytes))).toBe('BadValue')
  })

  it('are cut at what the asker takes, and say that there are more', () => {
    const whole = encodeCertificateResponse(response).length
    expect(fitCertificates(response, whole)).toEqual(response)
    expect(fitCertificates(response, whole - 1)).toEqual({ ...response, more: true, certificates: [certificate(9, 1)] })
    expect(fitCertificates(response, 100)).toMatchObject({ more: true, certificates: [] })
  })
})

describe('vote sets', () => {
  const vote = { kind: VOTE_KIND.cementVote, bytes: new Uint8Array(3384) }

  it('hold as many items as one payload does', () => {
    const most = fitVoteSet(Array.from({ length: 400 }, () => vote))
    expect(most.length).toBe(Math.floor((1_048_576 - 2) / 3385))
    expect(decodeVoteSetResponse(encodeVoteSetResponse(most))).toEqual(most)
    expect(fitVoteSet(most).length).toBe(most.length)
    const tooMany = encodeVoteSetResponse([...most, vote])
    expect(codeOf(() => decodeVoteSetResponse(tooMany))).toBe('BadLength')
  })

  it('refuse a count that the bytes cannot hold before anything is allocated, and an unknown kind', () => {
    const bytes = encodeVoteSetResponse([vote])
    const counted = bytes.slice()
    counted.set([0xff, 0xff])
    const kind = bytes.slice()
    kind[2] = 3
    expect([counted, kind].map((bad) => codeOf(() => decodeVoteSetResponse(bad)))).toEqual(['BadLength', 'BadValue'])
    expect(() => encodeVoteSetResponse([{ ...vote, bytes: new Uint8Array(3385) }])).toThrow(RangeError)
  })
})

describe('evidence', () => {
  const pair = (kind: EvidenceKind, bytes: number) =>
    encodeEvidence({ kind, a: new Uint8Array(bytes), b: new Uint8Array(bytes) })

  it.each([
    [EVIDENCE_KIND.header, 3721],
    [EVIDENCE_KIND.header, 3723],
    [EVIDENCE_KIND.vote, 3385],
    [EVIDENCE_KIND.confirmation, 3384],
    [EVIDENCE_KIND.confirmation, 19_770],
    [EVIDENCE_KIND.confirmation, 40_000],
  ])('of kind %i has no object of %i bytes', (kind, bytes) => {
    expect(codeOf(() => decodeEvidence(pair(kind, bytes)))).toBe('BadLength')
  })

  it('has one of three kinds', () => {
    const bytes = pair(EVIDENCE_KIND.vote, 3384)
    for (const kind of [0, 4]) expect(codeOf(() => decodeEvidence(bytes.fill(kind, 0, 1)))).toBe('BadValue')
  })

  it('has a smallest form, which is the smallest that a peer may send', () => {
    expect(pair(EVIDENCE_KIND.vote, 3384).length).toBe(LIMITS.ext.get(EXT_TYPE.evidence)?.minBytes)
  })
})

describe('object requests', () => {
  it('are for one of two kinds', () => {
    const bytes = encodeObjectRequest({ kind: OBJECT_KIND.draft, hash: new Uint8Array(32) })
    for (const kind of [0, 3]) expect(codeOf(() => decodeObjectRequest(bytes.fill(kind, 0, 1)))).toBe('BadValue')
  })
})
