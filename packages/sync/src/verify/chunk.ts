import { concatBytes, errorCode } from '@montana/foundation'
import { emptyHash, type MerkleHasher, prefixOf, subtreeBounds, TREE_LEVELS, verifySubtree } from '@montana/ledger'
import type { HashBackend } from '@montana/native'
import { type SnapshotChunk, STATE_RECORD_BYTES, stateTableName } from '@montana/network'
import type { StagedPiece } from '@montana/store'
import { keysOf } from './keys.js'

export interface ProveModules {
  readonly backend: HashBackend
  readonly hasher: MerkleHasher
  readonly signal: AbortSignal
}

/**
 * The records of a chunk with all that a store keeps of them, or undefined where the table with this root does not hold
 * exactly them below the prefix. All but the few hashes above the subtree is done off the main thread. That each record
 * decodes follows from the root: a quorum has accepted the same bytes.
 */
export async function proveChunk(
  root: Uint8Array,
  chunk: SnapshotChunk,
  { backend, hasher, signal }: ProveModules,
): Promise<StagedPiece | undefined> {
  const { depth, prefix, records, siblings } = chunk
  const recordBytes = STATE_RECORD_BYTES[chunk.table]
  const keys = keysOf(records, recordBytes)
  if (!keys.every((key) => prefixOf(key, depth) === prefix)) return undefined
  const flat = concatBytes(...keys)
  const hashes = await subtreeHashes(backend, flat, records, recordBytes, TREE_LEVELS - depth, signal)
  if (!hashes) return undefined
  const claim = { root, depth, prefix, keys: flat, siblings, subtreeHash: hashes.root }
  if (!verifySubtree(claim, hasher)) return undefined
  const { lo, hi } = subtreeBounds(depth, prefix)
  const table = stateTableName(chunk.table)
  return { table, lo, hi, depth, hash: hashes.root, keys: flat, records, leaves: hashes.leaves }
}

/** Undefined where the keys do not ascend in tree order. */
export async function subtreeHashes(
  backend: HashBackend,
  keys: Uint8Array,
  records: Uint8Array,
  recordBytes: number,
  height: number,
  signal: AbortSignal,
): Promise<{ root: Uint8Array; leaves: Uint8Array } | undefined> {
  if (keys.length === 0) return { root: emptyHash(height), leaves: new Uint8Array(0) }
  try {
    return await backend.hashSubtree(keys, records, recordBytes, height, { threads: 1, signal })
  } catch (error) {
    if (errorCode(error) === 'NATIVE_BAD_ORDER') return undefined
    throw error
  }
}
