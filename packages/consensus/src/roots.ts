import { concatBytes } from '@montana/foundation'
import { smtRoot } from '@montana/ledger'
import { bundleHash, type Confirmation } from './objects/confirmation.js'

type Entry = { readonly nodeId: Uint8Array; readonly hash: Uint8Array }

/** Root over node_id → node_id ‖ hash, the form of both "included" roots: spec protocol 5.3. */
export function includedRoot(entries: readonly Entry[]): Uint8Array {
  return smtRoot(entries.map(({ nodeId, hash }) => [nodeId, concatBytes(nodeId, hash)] as const))
}

export function includedBundlesRoot(confirmers: readonly Confirmation[]): Uint8Array {
  return includedRoot(confirmers.map(({ nodeId, scope }) => ({ nodeId, hash: bundleHash(scope) })))
}
