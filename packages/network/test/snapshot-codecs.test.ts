import { CodecError } from '@montana/codec'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeRangeChunkRequest,
  decodeRangeChunkResponse,
  decodeRecordProofRequest,
  decodeRecordProofResponse,
  decodeSnapshotChunkRequest,
  decodeSnapshotChunkResponse,
  decodeSnapshotManifestRequest,
  decodeSnapshotManifestResponse,
  encodeRangeChunkRequest,
  encodeRangeChunkResponse,
  encodeRecordProofRequest,
  encodeRecordProofResponse,
  encodeSnapshotChunkRequest,
  encodeSnapshotChunkResponse,
  encodeSnapshotManifestRequest,
  encodeSnapshotManifestResponse,
  MAX_SNAPSHOT_CHUNK_BYTES,
  type RangeChunk,
  type SnapshotChunk,
  type SnapshotManifest,
  STATE_RECORD_BYTES,
  snapshotChunkBytes,
} from '../src/index.js'

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const window = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const table = fc.constantFrom(1 as const, 2 as const, 3 as const)
const filled = (length: number, fill: number) => new Uint8Array(length).fill(fill)

const manifest = fc
  .record({
    window,
    counts: fc.record({ account: u32(), node: u32(), candidate: u32() }),
    depths: fc.record({ account: depth(), node: depth(), candidate: depth() }),
    context: fc.integer({ min: 4240, max: 6000 }).map((length) => filled(length, 7)),
  })
  .map((fields) => ({ ...fields, header: headerOf(fields.window) }))

const chunk = fc
  .record({ window, table, depth: depth(), recordCount: fc.integer({ min: 0, max: 4 }), fill: fc.nat(255) })
  .chain((fields) =>
    fc.record({
      prefix: fc.integer({ min: 0, max: 2 ** fields.depth - 1 }),
      siblings: fc.array(fc.option(hash, { nil: undefined }), { minLength: fields.depth, maxLength: fields.depth }),
      fields: fc.constant(fields),
    }),
  )
  .map(({ prefix, siblings, fields: { fill, ...fields } }): SnapshotChunk => {
    const records = filled(fields.recordCount * STATE_RECORD_BYTES[fields.table], fill)
    return { ...fields, prefix, siblings, records }
  })

const range = fc
  .record({ window, table, lo: hash, recordCount: fc.integer({ min: 0, max: 4 }), isLast: fc.boolean() })
  .map(({ isLast, ...fields }): RangeChunk => {
    const records = filled(fields.recordCount * STATE_RECORD_BYTES[fields.table], 9)
    const hi = filled(32, isLast || fields.recordCount === 0 ? 0xff : 9)
    return { ...fields, hi, records, proof: filled(70, 3) }
  })

function u32() {
  return fc.integer({ min: 0, max: 2 ** 32 - 1 })
}

function depth() {
  return fc.integer({ min: 0, max: 24 })
}

function headerOf(ofWindow: number): Uint8Array {
  const header = filled(3722, 5)
  new DataView(header.buffer).setBigUint64(32, BigInt(ofWindow), true)
  return header
}

const request = (of: RangeChunk) => ({ window: of.window, table: of.table, lo: of.lo, maxBytes: 1_048_576 })
const runs = { numRuns: 40 }

describe('requests', () => {
  it('come back as they were sent, and not with a byte more or less', () => {
    const forms = fc.oneof(
      window.map((w) => form({ window: w }, encodeSnapshotManifestRequest, decodeSnapshotManifestRequest)),
      chunk.map(({ window: w, table: t, depth: d, prefix }) =>
        form({ window: w, table: t, depth: d, prefix }, encodeSnapshotChunkRequest, decodeSnapshotChunkRequest),
      ),
      range.map((of) => form(request(of), encodeRangeChunkRequest, decodeRangeChunkRequest)),
      fc
        .record({ window, table, key: hash })
        .map((value) => form(value, encodeRecordProofRequest, decodeRecordProofRequest)),
    )
    fc.assert(
      fc.property(forms, ({ value, bytes, decode }) => {
        expect(decode(bytes)).toEqual(value)
        expect(() => decode(bytes.subarray(1))).toThrow(CodecError)
        expect(() => decode(new Uint8Array([...bytes, 0]))).toThrow(CodecError)
      }),
      runs,
    )
  })

  it.each([
    ['a table that is none', [0, 4], (t: number) => chunkRequest(t, 3, 1)],
    ['a subtree that is too deep', [25, 255], (d: number) => chunkRequest(1, d, 0)],
    ['a prefix that does not fit its depth', [8, 2 ** 32 - 1], (prefix: number) => chunkRequest(1, 3, prefix)],
  ] as const)('refuse %s', (_, values, bytesOf) => {
    for (const value of values) expect(() => decodeSnapshotChunkRequest(bytesOf(value))).toThrow(CodecError)
  })
})

describe('a manifest', () => {
  it('comes back as it was sent, to who asked for its window or for the newest', () => {
    fc.assert(
      fc.property(manifest, (value) => {
        for (const asked of [0, value.window]) {
          const bytes = encodeSnapshotManifestResponse(value)
          expect(decodeSnapshotManifestResponse(bytes, { window: asked })).toEqual(value)
        }
      }),
      runs,
    )
  })

  it.each([
    ['another window than asked for', {}, 8],
    ['a header of another window', { header: headerOf(8) }, 7],
    ['a depth above 24', { depths: { account: 25, node: 0, candidate: 0 } }, 7],
    ['a context that is too short', { context: filled(4239, 0) }, 7],
    ['a context that is too long', { context: filled(262_145, 0) }, 7],
  ])('with %s is refused', (_, change, asked) => {
    const bytes = encodeSnapshotManifestResponse({ ...plainManifest(), ...change })
    expect(() => decodeSnapshotManifestResponse(bytes, { window: asked })).toThrow(CodecError)
  })
})

describe('a snapshot chunk', () => {
  it('comes back as it was sent and is never larger than announced', () => {
    fc.assert(
      fc.property(chunk, (value) => {
        const bytes = encodeSnapshotChunkResponse(value)
        expect(decodeSnapshotChunkResponse(bytes, value)).toEqual(value)
        expect(bytes.length).toBeLessThanOrEqual(snapshotChunkBytes(value.table, value.depth, value.recordCount))
      }),
      runs,
    )
  })

  it('that answers another request is refused', () => {
    const bytes = encodeSnapshotChunkResponse(plainChunk())
    for (const change of [{ window: 8 }, { table: 2 as const }, { depth: 3 }, { prefix: 2 }]) {
      expect(() => decodeSnapshotChunkResponse(bytes, { ...plainChunk(), ...change })).toThrow(CodecError)
    }
  })

  it('with a sibling above the root, a record more or less, or too many bytes is refused', () => {
    const flipped = encodeSnapshotChunkResponse(plainChunk())
    flipped[16] = 0b1_0000
    const longer = new Uint8Array([...encodeSnapshotChunkResponse(plainChunk()), ...filled(2059, 1)])
    const huge = new Uint8Array(MAX_SNAPSHOT_CHUNK_BYTES + 1)
    for (const bytes of [flipped, longer, huge]) {
      expect(() => decodeSnapshotChunkResponse(bytes, plainChunk())).toThrow(CodecError)
    }
  })
})

describe('a range chunk', () => {
  it('comes back as it was sent', () => {
    fc.assert(
      fc.property(range, (value) => {
        expect(decodeRangeChunkResponse(encodeRangeChunkResponse(value), request(value))).toEqual(value)
      }),
      runs,
    )
  })

  it.each([
    ['another window', {}, { window: 8 }],
    ['another table', {}, { table: 2 as const }],
    ['another start', {}, { lo: filled(32, 1) }],
    ['more bytes than asked for', {}, { maxBytes: 2000 }],
    ['an end that is no record', { hi: filled(32, 8) }, {}],
    ['no record and an end before the last key', { hi: filled(32, 8), recordCount: 0, records: filled(0, 0) }, {}],
    ['a proof longer than any', { proof: filled(2 + 64 + 2 + 510 * 32 + 1, 0) }, {}],
  ])('with %s is refused', (_, change, asked) => {
    const bytes = encodeRangeChunkResponse({ ...plainRange(), ...change })
    expect(() => decodeRangeChunkResponse(bytes, { ...request(plainRange()), ...asked })).toThrow(CodecError)
  })
})

describe('a record proof', () => {
  it('is handed on as it is when it is about the key asked for', () => {
    const [proof, of] = [filled(70, 4), { window: 7, table: 1 as const, key: filled(32, 4) }]
    expect(decodeRecordProofResponse(encodeRecordProofResponse(proof), of)).toEqual(proof)
    expect(() => decodeRecordProofResponse(proof, { ...of, key: filled(32, 5) })).toThrow(CodecError)
    expect(() => decodeRecordProofResponse(filled(12_359, 4), of)).toThrow(CodecError)
    expect(() => decodeRecordProofResponse(filled(31, 4), of)).toThrow(CodecError)
  })
})

describe('random bytes', () => {
  const asked = { ...plainChunk(), ...request(plainRange()), key: filled(32, 0) }
  const decoders: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
    manifestRequest: decodeSnapshotManifestRequest,
    manifest: (bytes) => decodeSnapshotManifestResponse(bytes, { window: 0 }),
    chunkRequest: decodeSnapshotChunkRequest,
    chunk: (bytes) => decodeSnapshotChunkResponse(bytes, asked),
    rangeRequest: decodeRangeChunkRequest,
    range: (bytes) => decodeRangeChunkResponse(bytes, asked),
    recordProofRequest: decodeRecordProofRequest,
    recordProof: (bytes) => decodeRecordProofResponse(bytes, asked),
  }

  it.each(Object.entries(decoders))('end %s with a value or a CodecError', (_, decode) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 7000 }), (bytes) => {
        try {
          decode(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError)
        }
      }),
    )
  })
})

interface Form {
  readonly value: unknown
  readonly bytes: Uint8Array
  readonly decode: (bytes: Uint8Array) => unknown
}

function form<T>(value: T, encode: (value: T) => Uint8Array, decode: (bytes: Uint8Array) => T): Form {
  return { value, bytes: encode(value), decode }
}

function chunkRequest(ofTable: number, ofDepth: number, prefix: number): Uint8Array {
  const bytes = new Uint8Array(14)
  bytes.set([7, 0, 0, 0, 0, 0, 0, 0, ofTable, ofDepth])
  new DataView(bytes.buffer).setUint32(10, prefix, true)
  return bytes
}

function plainManifest(): SnapshotManifest {
  const none = { account: 0, node: 0, candidate: 0 }
  return { window: 7, counts: none, depths: none, header: headerOf(7), context: filled(4240, 0) }
}

function plainChunk(): SnapshotChunk {
  const siblings = [filled(32, 1), undefined, undefined, undefined]
  return { window: 7, table: 1, depth: 4, prefix: 3, recordCount: 1, siblings, records: filled(2059, 1) }
}

function plainRange(): RangeChunk {
  const [lo, hi] = [filled(32, 0), filled(32, 9)]
  return { window: 7, table: 1, lo, hi, recordCount: 2, records: filled(2 * 2059, 9), proof: filled(70, 3) }
}
