import { concatBytes } from '@montana/foundation'
import { TREE_LEVELS, verifyRange } from '@montana/ledger'
import { type RangeChunk, STATE_RECORD_BYTES, stateTableName } from '@montana/network'
import type { StagedPiece } from '@montana/store'
import { keyAt, kOf } from '../plan/keys.js'
import { type ProveModules, subtreeHashes } from './chunk.js'
import { keysOf } from './keys.js'

/**
 * As much of a range as lies below or at `until` (K), proven as a whole, or undefined where the table with this root does
 * not hold exactly these records in it.
 */
export async function proveRangeChunk(
  root: Uint8Array,
  chunk: RangeChunk,
  until: bigint,
  { backend, hasher, signal }: ProveModules,
): Promise<StagedPiece | undefined> {
  const { lo, hi, records, proof } = chunk
  const recordBytes = STATE_RECORD_BYTES[chunk.table]
  const keys = concatBytes(...keysOf(records, recordBytes))
  const hashes = await subtreeHashes(backend, keys, records, recordBytes, TREE_LEVELS, signal)
  if (!hashes || !verifyRange({ root, lo, hi, keys, leafHashes: hashes.leaves, proof }, hasher)) return undefined
  const whole = { table: stateTableName(chunk.table), lo, hi, keys, records, leaves: hashes.leaves }
  return kOf(hi) <= until ? whole : cutAt(whole, recordBytes, until)
}

function cutAt(piece: StagedPiece, recordBytes: number, until: bigint): StagedPiece {
  const count = keysOf(piece.records, recordBytes).filter((key) => kOf(key) <= until).length
  const { keys, records, leaves } = piece
  return {
    ...piece,
    hi: keyAt(until),
    keys: keys.subarray(0, 32 * count),
    records: records.subarray(0, recordBytes * count),
    leaves: leaves.subarray(0, 32 * count),
  }
}
