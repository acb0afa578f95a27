import { CodecError } from '@montana/codec'
import type { HeaderFields } from '@montana/consensus'
import { decodeAccountRecord, decodeCandidateRecord, decodeNodeRecord, hasherOf, verifyRange } from '@montana/ledger'
import type { HashBackend } from '@montana/native'
import { type RangeChunk, STATE_RECORD_BYTES, type StateTableName, stateTableName } from '@montana/network'
import { SnapshotFileError } from './errors.js'

const KEY_BYTES = 32
const DECODE: Readonly<Record<StateTableName, (record: Uint8Array) => unknown>> = {
  account: decodeAccountRecord,
  node: decodeNodeRecord,
  candidate: decodeCandidateRecord,
}

/** The records of a chunk by their keys, n × 32 bytes each. */
export interface ChunkLeaves {
  readonly keys: Uint8Array
  readonly leaves: Uint8Array
}

/** The leaf hashes of a chunk, once its records are proven to be all of its table between its ends: spec protocol 15.4. */
export function proveChunk(
  section: string,
  chunk: RangeChunk,
  header: HeaderFields,
  backend: HashBackend,
): ChunkLeaves {
  checkRecords(section, chunk)
  const { keys, leaves } = leavesOf(chunk, backend)
  const root = { account: header.accountRoot, node: header.nodeRoot, candidate: header.candidateRoot }
  const { lo, hi, proof } = chunk
  const claim = { root: root[stateTableName(chunk.table)], lo, hi, keys, leafHashes: leaves, proof }
  if (verifyRange(claim, hasherOf(backend))) return { keys, leaves }
  throw new SnapshotFileError('SNAPSHOT_PROOF', section, 'its records are not those of the header')
}

function leavesOf({ table, records, recordCount }: RangeChunk, backend: HashBackend): ChunkLeaves {
  const size = STATE_RECORD_BYTES[table]
  const keys = new Uint8Array(recordCount * KEY_BYTES)
  const leaves = new Uint8Array(recordCount * KEY_BYTES)
  for (let i = 0; i < recordCount; i++) {
    const record = records.subarray(i * size, (i + 1) * size)
    keys.set(record.subarray(0, KEY_BYTES), i * KEY_BYTES)
    leaves.set(backend.merkleLeaf(record), i * KEY_BYTES)
  }
  return { keys, leaves }
}

function checkRecords(section: string, { table, records, recordCount }: RangeChunk): void {
  const [size, decode] = [STATE_RECORD_BYTES[table], DECODE[stateTableName(table)]]
  try {
    for (let i = 0; i < recordCount; i++) decode(records.subarray(i * size, (i + 1) * size))
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    throw new SnapshotFileError('SNAPSHOT_MALFORMED', section, `a record cannot be decoded: ${error.message}`, error)
  }
}
