import { errorCode } from '@montana/foundation'
import { formatIp, parseIp } from '@montana/transport'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BASE_TYPE,
  decodeBatchLookupRequest,
  decodeBatchLookupResponse,
  decodeBye,
  decodeEnvelope,
  decodeEnvelopeRangeRequest,
  decodeEnvelopeRangeResponse,
  decodeExtError,
  decodeFastSyncRequest,
  decodeFastSyncResponse,
  decodeHeader,
  decodePeerListRequest,
  decodePeerListResponse,
  decodeRangeSubscribeError,
  decodeStatus,
  ExtError,
  encodeBatchLookupRequest,
  encodeBatchLookupResponse,
  encodeEnvelope,
  encodeEnvelopeRangeRequest,
  encodeEnvelopeRangeResponse,
  encodeExtError,
  encodeFastSyncRequest,
  encodeFastSyncResponse,
  encodePeerListRequest,
  encodePeerListResponse,
  encodeStatus,
  fitEnvelopeRange,
  type StatusMessage,
} from '../src/index.js'
import { confirmationLengthMatches } from '../src/payloads/confirmation-length.js'
import { ENVELOPE_CODES, envelopeMutants } from './envelope-mutants.js'

const codeOf = (work: () => unknown) => {
  try {
    work()
    return 'ok'
  } catch (error) {
    return errorCode(error)
  }
}

const status: StatusMessage = {
  genesisHash: new Uint8Array(32).fill(1),
  window: 7,
  headerHash: new Uint8Array(32).fill(2),
  stateRoot: new Uint8Array(32).fill(3),
  oldestWindow: 1,
  snapshotWindow: 0,
  role: 3,
  security: 1,
  flags: 4,
  build: 'montana/0.1.0+abc',
}

describe('envelope', () => {
  it('never yields more than it was given, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const code = codeOf(() => decodeEnvelope(bytes))
        return ['ok', 'ENV_HEADER', 'ENV_VERSION', 'ENV_LENGTH', 'ENV_TYPE'].includes(code)
      }),
    )
  })

  it('is refused with a code or is exactly what it says, ten thousand times changed', () => {
    const ends = envelopeMutants(10_000, 20)
    expect(new Set(ends.keys())).toEqual(new Set([...ENVELOPE_CODES, 'still valid']))
    expect(ends).toEqual(envelopeMutants(10_000, 20))
  })

  it.each([1_048_577, 0xffff_ffff])('refuses an announced payload of %i bytes from the header alone', (length) => {
    const header = encodeEnvelope({ type: 0x22, requestId: 1n, payload: new Uint8Array(0) })
    new DataView(header.buffer).setUint32(10, length, true)
    expect(codeOf(() => decodeHeader(header))).toBe('ENV_LENGTH')
  })

  it('refuses to write more than 1 MiB and writes exactly 1 MiB', () => {
    const write = (length: number) =>
      codeOf(() => encodeEnvelope({ type: 1, requestId: 0n, payload: new Uint8Array(length) }))
    expect([write(1_048_576), write(1_048_577)]).toEqual(['ok', 'ENV_LENGTH'])
  })

  it('refuses types of the extension protocol, unassigned ones and surplus bytes', () => {
    const types = Array.from({ length: 256 }, (_, type) => type)
    const valid = types.filter((type) => {
      const bytes = encodeEnvelope({ type, requestId: 0n, payload: new Uint8Array(0) })
      return codeOf(() => decodeEnvelope(bytes)) === 'ok'
    })
    expect(valid).toEqual(Object.values(BASE_TYPE).sort((a, b) => a - b))
    const surplus = new Uint8Array(15)
    surplus.set(encodeEnvelope({ type: 0xf0, requestId: 0n, payload: new Uint8Array(0) }))
    expect(codeOf(() => decodeEnvelope(surplus))).toBe('ENV_LENGTH')
  })
})

describe('Status', () => {
  it('has the layout of spec transport 14.2', () => {
    const bytes = encodeStatus(status)
    expect(bytes.length).toBe(125 + status.build.length)
    expect([bytes[0], bytes[32], bytes[40], bytes[72], bytes[104], bytes[120], bytes[121], bytes[122]]).toEqual([
      1, 7, 2, 3, 1, 3, 1, 4,
    ])
    expect(decodeStatus(bytes)).toEqual(status)
  })

  it('ignores reserved bits and refuses what is malformed', () => {
    const reserved = encodeStatus(status)
    reserved[121] = 0xf9
    reserved[123] = 0xff
    expect(decodeStatus(reserved)).toEqual(status)
    const bytes = encodeStatus(status)
    const role = bytes.slice()
    role[120] = 5
    const build = bytes.slice()
    build[130] = 0x0a
    const trailing = new Uint8Array([...bytes, 0])
    expect([role, build, trailing, bytes.subarray(0, 130)].map((bad) => codeOf(() => decodeStatus(bad)))).toEqual([
      'BadValue',
      'BadValue',
      'TrailingBytes',
      'Truncated',
    ])
    expect(() => encodeStatus({ ...status, build: 'x'.repeat(65) })).toThrow(RangeError)
    expect(encodeStatus({ ...status, build: 'x'.repeat(64) }).length).toBe(189)
  })
})

describe('EnvelopeRange', () => {
  const envelope = (size: number) => new Uint8Array(size).fill(9)

  it('round-trips and checks the answer against the request', () => {
    const request = { fromWindow: 12, count: 3, maxBytes: 20_000 }
    expect(decodeEnvelopeRangeRequest(encodeEnvelopeRangeRequest(request))).toEqual(request)
    const response = { firstWindow: 12, more: true, envelopes: [envelope(3726), envelope(4000)] }
    expect(decodeEnvelopeRangeResponse(encodeEnvelopeRangeResponse(response), request)).toEqual(response)
    const wrong = [
      { ...response, firstWindow: 13 },
      { ...response, envelopes: [] },
      { ...response, envelopes: [1, 2, 3, 4].map(() => envelope(3726)) },
      { ...response, envelopes: [envelope(3722)] },
    ]
    for (const bad of wrong) {
      expect(codeOf(() => decodeEnvelopeRangeResponse(encodeEnvelopeRangeResponse(bad), request))).toMatch(/^Bad/)
    }
  })

  it.each([
    [0, 100],
    [65, 100],
    [1, 1_048_577],
  ])('refuses count %i, max_bytes %i', (count, maxBytes) => {
    const bytes = encodeEnvelopeRangeRequest({ fromWindow: 1, count, maxBytes })
    expect(codeOf(() => decodeEnvelopeRangeRequest(bytes))).toBe('BadValue')
  })

  it('fits as many as the asker takes, and says that there are more', () => {
    const response = { firstWindow: 1, more: false, envelopes: [envelope(4000), envelope(4000), envelope(4000)] }
    expect(fitEnvelopeRange(response, 11 + 3 * 4004)).toEqual(response)
    expect(fitEnvelopeRange(response, 11 + 3 * 4004 - 1)).toMatchObject({ more: true, envelopes: { length: 2 } })
    expect(fitEnvelopeRange(response, 4000).envelopes.length).toBe(0)
  })
})

describe('Error answer', () => {
  it('round-trips and cuts its text at 128 bytes of UTF-8', () => {
    const long = new ExtError(3, 'ä'.repeat(100), 1500)
    const bytes = encodeExtError(long)
    expect(bytes.length).toBe(134)
    expect(decodeExtError(bytes)).toMatchObject({ extCode: 3, retryAfterMs: 1500, text: 'ä'.repeat(64) })
    expect(codeOf(() => decodeExtError(Uint8Array.of(1, 0, 0, 0, 0, 129)))).toBe('BadLength')
    expect(codeOf(() => decodeExtError(Uint8Array.of(1, 0, 0, 0, 0, 2, 0xc3, 0x28)))).toBe('BadValue')
  })
})

describe('fast sync', () => {
  const chunk = {
    chunkIndex: 0,
    totalChunks: 1,
    table: 3,
    recordCount: 2,
    anchorWindow: 5n,
    records: new Uint8Array(2 * 2082),
  }

  it('accepts exactly whole records of a known table', () => {
    expect(decodeFastSyncResponse(encodeFastSyncResponse(chunk))).toEqual(chunk)
    const wrong = [
      { ...chunk, totalChunks: 0 },
      { ...chunk, chunkIndex: 1 },
      { ...chunk, table: 4 },
      { ...chunk, table: 0 },
      { ...chunk, recordCount: 0, records: new Uint8Array(0) },
      { ...chunk, recordCount: 3 },
    ]
    for (const bad of wrong) expect(codeOf(() => decodeFastSyncResponse(encodeFastSyncResponse(bad)))).toMatch(/^Bad/)
  })

  it('reads a request of 16 bytes and no other', () => {
    const request = { anchorWindow: 9n, resumeOffset: 0n }
    expect(decodeFastSyncRequest(encodeFastSyncRequest(request))).toEqual(request)
    expect(codeOf(() => decodeFastSyncRequest(new Uint8Array(17)))).toBe('TrailingBytes')
  })
})

describe('what base peers only decode', () => {
  it('peer lists', () => {
    expect(decodePeerListRequest(encodePeerListRequest(24))).toBe(24)
    const peer = { ip: '2001:db8::1', port: 8444, nodeId: new Uint8Array(32).fill(4), startWindow: 3n }
    const bytes = encodePeerListResponse([peer])
    expect(decodePeerListResponse(bytes)).toEqual([peer])
    expect(codeOf(() => decodePeerListResponse(bytes.subarray(0, 60)))).toBe('BadLength')
    const wrong = bytes.slice()
    wrong[2] = 5
    expect(codeOf(() => decodePeerListResponse(wrong))).toBe('BadValue')
  })

  it('batch lookups', () => {
    const keys = Array.from({ length: 16 }, (_, index) => new Uint8Array(32).fill(index))
    const bytes = encodeBatchLookupRequest({ queryType: 3, keys })
    expect(bytes.length).toBe(514)
    expect(decodeBatchLookupRequest(bytes)).toEqual({ queryType: 3, keys })
    bytes[1] = 15
    expect(codeOf(() => decodeBatchLookupRequest(bytes))).toBe('BadValue')
    const exists = { queryType: 3 as const, exists: [true, false] }
    const bundles = { queryType: 1 as const, bundles: [new Uint8Array(0), Uint8Array.of(1, 2)] }
    for (const response of [exists, bundles]) {
      expect(decodeBatchLookupResponse(encodeBatchLookupResponse(response))).toEqual(response)
    }
  })

  it('one-byte payloads', () => {
    expect([decodeBye(Uint8Array.of(250)), decodeRangeSubscribeError(Uint8Array.of(2))]).toEqual([250, 2])
    expect(codeOf(() => decodeBye(new Uint8Array(2)))).toBe('TrailingBytes')
  })
})

describe('0x20 length', () => {
  it('matches its two counts', () => {
    const confirmation = (n: number, m: number, size = 3385 + 32 * (n + m)) => {
      const bytes = new Uint8Array(size)
      const view = new DataView(bytes.buffer)
      view.setUint16(72, n, true)
      if (74 + 32 * n + 2 <= size) view.setUint16(74 + 32 * n, m, true)
      return confirmationLengthMatches(bytes)
    }
    expect([confirmation(0, 0), confirmation(3, 2), confirmation(256, 256)]).toEqual([true, true, true])
    expect([confirmation(3, 2, 3385), confirmation(0, 1, 3385), confirmation(65_535, 0, 3385)]).toEqual([
      false,
      false,
      false,
    ])
  })
})

describe('addresses', () => {
  it('round-trips any bytes through text', () => {
    const ip = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
    fc.assert(fc.property(ip, (bytes) => Buffer.compare(parseIp(formatIp(bytes)).bytes, bytes) === 0))
  })

  it('refuses names and scopes', () => {
    for (const text of ['localhost', '1.2.3', 'fe80::1%eth0', '']) expect(() => parseIp(text)).toThrow(RangeError)
  })
})
