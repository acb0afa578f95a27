import { ascii } from '@montana/codec'
import {
  encodeBatchLookupError,
  encodeBatchLookupRequest,
  encodeBatchLookupResponse,
  encodeBye,
  encodeFastSyncError,
  encodeFastSyncRequest,
  encodeFastSyncResponse,
  encodePeerListRequest,
  encodePeerListResponse,
  encodeRangeSubscribeError,
  encodeRangeSubscribeRequest,
} from '@montana/network'
import { Fields, toBytes, toInteger, toNumber, UnknownShape } from '../fields.js'
import type { Area, Kind } from '../types.js'
import { encoded, envelopeKind } from './envelope.js'

const CHUNK_HEADER_BYTES = 21
/** Records in one fast-sync chunk: spec protocol 15.7. */
const RECORDS_PER_CHUNK = 32

function payload(title: string, members: readonly string[], encode: (input: Fields) => Uint8Array, header = 0): Kind {
  return {
    title,
    matches: (input) => input.has(...members),
    backends: ['typescript'],
    run: (input) => encoded(encode(input), header),
  }
}

const fastSync: readonly Kind[] = [
  payload('fast-sync chunk', ['chunk_index', 'total_chunks'], chunk, CHUNK_HEADER_BYTES),
  payload('fast-sync request', ['anchor_window', 'resume_offset'], (input) =>
    encodeFastSyncRequest({ anchorWindow: input.int('anchor_window'), resumeOffset: input.int('resume_offset') }),
  ),
  payload('fast-sync error', ['code'], (input) =>
    encodeFastSyncError({ code: input.number('code'), text: messageOf(input) }),
  ),
  {
    title: 'chunk count',
    matches: (input) => input.nameOf('accounts', 'nodes', 'candidates') !== undefined,
    backends: ['typescript'],
    run: chunkCounts,
  },
]

const messages: readonly Kind[] = [
  payload('peer list', ['peers'], (input) => encodePeerListResponse(input.list('peers').map(listedPeer))),
  payload('peer list request', ['max_count'], (input) => encodePeerListRequest(input.number('max_count'))),
  payload('batch lookup error', ['query_type', 'error_code'], (input) =>
    encodeBatchLookupError({ queryType: input.number('query_type'), error: input.number('error_code') }),
  ),
  payload('batch lookup', ['query_type'], batchLookup),
  payload('range subscription', ['labels'], (input) => encodeRangeSubscribeRequest(input.bytesList('labels'))),
  payload('range subscription error', ['error_code'], (input) => encodeRangeSubscribeError(input.number('error_code'))),
  payload('bye', ['reason'], (input) => encodeBye(input.number('reason'))),
]

/** Spec protocol D.1. */
export const payloadArea: Area = { name: 'payload', kinds: [...fastSync, ...messages] }
/** The same messages and the envelope, under the names of the protocol file. */
export const netArea: Area = { name: 'net', kinds: [envelopeKind, ...messages, ...fastSync] }
/** Spec protocol 15.7. */
export const syncArea: Area = {
  name: 'sync',
  skipUnknown: 'base fast sync is not built beyond its messages',
  kinds: fastSync,
}

function messageOf(input: Fields): Uint8Array {
  const name = input.nameOf('message_hex', 'message_ascii', 'message', 'text')
  if (name === undefined) throw new UnknownShape('input has no message')
  return name === 'message_hex' ? input.bytes(name) : ascii(input.text(name))
}

function chunk(input: Fields): Uint8Array {
  return encodeFastSyncResponse({
    chunkIndex: input.number('chunk_index'),
    totalChunks: input.number('total_chunks'),
    table: input.number(input.nameOf('table_id', 'table') ?? 'table_id'),
    recordCount: input.number('record_count'),
    anchorWindow: input.int('anchor_window'),
    records: input.bytes('records'),
  })
}

/** Tables in the order accounts, nodes, candidates, each cut into chunks; an empty table gives none. */
function chunkCounts(input: Fields): { chunks: number[]; total_chunks: number } {
  const perChunk = input.has('records_per_chunk') ? input.number('records_per_chunk') : RECORDS_PER_CHUNK
  const chunks = ['accounts', 'nodes', 'candidates'].flatMap((table) => {
    const records = input.has(table) ? input.number(table) : 0
    const count = Math.ceil(records / perChunk)
    return Array.from({ length: count }, (_, i) => Math.min(perChunk, records - i * perChunk))
  })
  return { chunks, total_chunks: chunks.length }
}

/** `{ip_version, ip, port, node_id, start_window}` or `["v4", ip, port, node_id, start_window]`. */
function listedPeer(entry: unknown) {
  if (Array.isArray(entry) && entry.length === 5) {
    const [, ip, port, nodeId, startWindow] = entry
    return { ip: String(ip), port: toNumber(port), nodeId: toBytes(nodeId), startWindow: toInteger(startWindow) }
  }
  const peer = new Fields(entry)
  return {
    ip: peer.text('ip'),
    port: peer.number('port'),
    nodeId: peer.bytes('node_id'),
    startWindow: peer.int('start_window'),
  }
}

function batchLookup(input: Fields): Uint8Array {
  const queryType = input.number('query_type')
  if (queryType !== 1 && queryType !== 3) throw new UnknownShape(`no query type ${queryType}`)
  const keys = input.nameOf('keys', 'ids', 'targets')
  if (keys !== undefined) return encodeBatchLookupRequest({ queryType, keys: input.bytesList(keys) })
  if (queryType === 1) return encodeBatchLookupResponse({ queryType, bundles: input.bytesList('bundles') })
  return encodeBatchLookupResponse({
    queryType,
    exists: input.list('exists').map((entry) => entry === true || entry === 1),
  })
}
