import { concatBytes } from '@montana/foundation'
import { type MerkleHasher, smtRoot } from '@montana/ledger'
import { bundleHash, type Confirmation } from './objects/confirmation.js'

type Entry = { readonly nodeId: Uint8Array; readonly hash: Uint8Array }

/** Root over node_id → node_id ‖ hash, the form of both "included" roots: spec protocol 5.3. */
export function includedRoot(entries: readonly Entry[], hasher?: MerkleHasher): Uint8Array {
  const records = entries.map(({ nodeId, hash }) => [nodeId, concatBytes(nodeId, hash)] as const)
  return smtRoot(records, hasher)
}

export function includedBundlesRoot(confirmers: readonly Confirmation[], hasher?: MerkleHasher): Uint8Array {
  const entries = confirmers.map(({ nodeId, scope }) => ({ nodeId, hash: bundleHash(scope) }))
  return includedRoot(entries, hasher)
}
