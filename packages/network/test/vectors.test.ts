import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { errorCode, toHex } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import {
  decodeEnvelope,
  decodeFastSyncError,
  decodePeerListResponse,
  decodeRangeSubscribeRequest,
  encodeBatchLookupError,
  encodeBye,
  encodeEnvelope,
  encodeFastSyncError,
  encodeFastSyncResponse,
  encodePeerListResponse,
  encodeRangeSubscribeError,
  encodeRangeSubscribeRequest,
} from '../src/index.js'

interface Vector {
  readonly name: string
  readonly input: unknown
  readonly expected: unknown
}

/** The members that the vectors used here have; a missing one fails the test that reads it. */
interface Input {
  readonly msg_type: number
  readonly bytes_hex: string
  readonly chunk_index: number
  readonly total_chunks: number
  readonly table_id: number
  readonly record_count: number
  readonly code: number
  readonly message_hex: string
  readonly peers: ReadonlyArray<{ ip: string; port: number; node_id: string; start_window: number }>
  readonly labels: readonly string[]
}

interface Expected {
  readonly bytes_hex: string
  readonly header_hex: string
  readonly sha256_hex: string
}

const sets = JSON.parse(readFileSync(new URL('./fixtures/wire.json', import.meta.url), 'utf8')) as {
  transport: Vector[]
  protocol: Vector[]
}

function vector(set: 'transport' | 'protocol', name: string) {
  const found = sets[set].find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`no vector ${name}`)
  return { input: found.input as Input, expected: found.expected as Expected }
}

const unhex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
/** The vectors' notation `aa*32`. */
const repeated = (text: string) => {
  const [byte = '', count = '1'] = text.split('*')
  return unhex(byte.repeat(Number(count)))
}

describe('envelope vectors', () => {
  it.each([
    ['transport', 'A1_ping_empty', 0n],
    ['transport', 'pong_empty', 0n],
  ] as const)('%s %s', (set, name, requestId) => {
    const { input, expected } = vector(set, name)
    const bytes = encodeEnvelope({ type: input.msg_type, requestId, payload: new Uint8Array(0) })
    expect(toHex(bytes)).toBe(expected.bytes_hex)
    expect(decodeEnvelope(bytes)).toMatchObject({ type: input.msg_type, requestId })
  })

  it.each([
    ['envelope_A1_ping', 0xf0, 0n],
    ['envelope_A3_header', 0x41, 18446744073709551615n],
    ['pong_0xf1', 0xf1, 0n],
  ] as const)('protocol %s', (name, type, requestId) => {
    const bytes = encodeEnvelope({ type, requestId, payload: new Uint8Array(0) })
    expect(toHex(bytes)).toBe(vector('protocol', name).expected)
  })

  it('A2_transfer_1024', () => {
    const { expected } = vector('transport', 'A2_transfer_1024')
    const bytes = encodeEnvelope({ type: 1, requestId: 42n, payload: new Uint8Array(1024).fill(0xab) })
    expect(toHex(bytes.subarray(0, 14))).toBe(expected.header_hex)
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(expected.sha256_hex)
  })

  it.each([
    ['reject_truncated_header', 'ENV_HEADER'],
    ['reject_version_2', 'ENV_VERSION'],
    ['reject_truncated_payload', 'ENV_LENGTH'],
    ['codec_reject_oversize', 'ENV_LENGTH'],
  ])('%s', (name, code) => {
    const bytes = unhex(vector('transport', name).input.bytes_hex)
    expect(codeOf(() => decodeEnvelope(bytes))).toBe(code)
  })
})

describe('payload vectors', () => {
  it('0x41', () => {
    const { input, expected } = vector('transport', 'C_0x41_fastsync_response_chunk')
    const bytes = encodeFastSyncResponse({
      chunkIndex: input.chunk_index,
      totalChunks: input.total_chunks,
      table: input.table_id,
      recordCount: input.record_count,
      anchorWindow: 0n,
      records: new Uint8Array(64).fill(0x55),
    })
    expect(toHex(bytes)).toBe(expected.bytes_hex)
    expect(toHex(bytes)).toBe(vector('protocol', 'fastsync_chunk_0x41').expected)
  })

  it('0x42', () => {
    const { input, expected } = vector('transport', 'C_0x42_fastsync_error')
    const error = { code: input.code, text: unhex(input.message_hex) }
    expect(toHex(encodeFastSyncError(error))).toBe(expected.bytes_hex)
    expect(decodeFastSyncError(unhex(expected.bytes_hex))).toEqual(error)
  })

  it('0x51', () => {
    const { input, expected } = vector('transport', 'C_0x51_peer_list_response_3')
    const peers = input.peers.map((peer) => ({
      ip: peer.ip,
      port: peer.port,
      nodeId: repeated(peer.node_id),
      startWindow: BigInt(peer.start_window),
    }))
    expect(toHex(encodePeerListResponse(peers))).toBe(expected.bytes_hex)
    expect(decodePeerListResponse(unhex(expected.bytes_hex))).toEqual(peers)
    expect(toHex(encodePeerListResponse(peers))).toBe(vector('protocol', 'peer_list_response_0x51').expected)
  })

  it('0x62, 0x63, 0x65, 0xff', () => {
    expect(toHex(encodeBatchLookupError({ queryType: 1, error: 1 }))).toBe(
      vector('transport', 'C_0x62_batch_lookup_error').expected.bytes_hex,
    )
    const labels = vector('transport', 'C_0x63_range_subscribe_request_4')
    const bytes = encodeRangeSubscribeRequest(labels.input.labels.map(repeated))
    expect(toHex(bytes)).toBe(labels.expected.bytes_hex)
    expect(decodeRangeSubscribeRequest(bytes).length).toBe(4)
    expect(toHex(encodeRangeSubscribeError(2))).toBe(
      vector('transport', 'C_0x65_range_subscribe_error').expected.bytes_hex,
    )
    expect(toHex(encodeBye(0))).toBe(vector('transport', 'C_0xff_bye').expected.bytes_hex)
  })
})

function codeOf(work: () => unknown): string {
  try {
    work()
    return 'ok'
  } catch (error) {
    return errorCode(error)
  }
}
