import { HASH_BYTES } from './constants.js'
import type { Engine } from './engine.js'

/** What the addon exports. The `…In` calls work inside one buffer that is never given away. */
export interface AddonEngine
  extends Pick<
    Engine,
    | 'name'
    | 'lanes'
    | 'startClock'
    | 'startVerify'
    | 'startAdvance'
    | 'startHashSubtree'
    | 'sha256Batch'
    | 'merkleNodes'
    | 'merkleSubtree'
  > {
  merkleLeaf(record: Uint8Array): Uint8Array
  merkleNodeIn(scratch: Uint8Array): void
  merkleFoldIn(scratch: Uint8Array, fromLevel: number, toLevel: number): void
  merkleLeafIn(scratch: Uint8Array, length: number): void
}

/** Every record that a tree commits fits (a registration has 5344 bytes); longer ones take the slower way. */
const SCRATCH_RECORD_BYTES = 8192

/**
 * Single hashes go through a scratch buffer: an array that crosses the boundary is moved off the JavaScript heap for good,
 * which made one node hash cost 4 to 12 µs instead of less than 1, and every key of a ledger heavier.
 */
export function nativeEngine(addon: AddonEngine): Engine {
  const hashes = new Uint8Array(3 * HASH_BYTES)
  const record = new Uint8Array(SCRATCH_RECORD_BYTES + HASH_BYTES)
  const load = (first: Uint8Array, second: Uint8Array) => {
    hashes.set(first, 0)
    hashes.set(second, HASH_BYTES)
  }
  const result = () => hashes.slice(2 * HASH_BYTES)
  return {
    name: addon.name,
    lanes: addon.lanes,
    startClock: addon.startClock.bind(addon),
    startVerify: addon.startVerify.bind(addon),
    startAdvance: addon.startAdvance.bind(addon),
    startHashSubtree: addon.startHashSubtree.bind(addon),
    sha256Batch: addon.sha256Batch.bind(addon),
    merkleNodes: addon.merkleNodes.bind(addon),
    merkleSubtree: addon.merkleSubtree.bind(addon),
    merkleNode(left, right) {
      load(left, right)
      addon.merkleNodeIn(hashes)
      return result()
    },
    merkleFold(key, leafHash, fromLevel, toLevel) {
      load(key, leafHash)
      addon.merkleFoldIn(hashes, fromLevel, toLevel)
      return result()
    },
    merkleLeaf(bytes) {
      if (bytes.length > SCRATCH_RECORD_BYTES) return addon.merkleLeaf(bytes)
      record.set(bytes)
      addon.merkleLeafIn(record, bytes.length)
      return record.slice(bytes.length, bytes.length + HASH_BYTES)
    },
  }
}
