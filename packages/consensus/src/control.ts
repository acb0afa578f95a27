import { toHex } from '@montana/foundation'
import { type MerkleHasher, registrationHash, smtRoot } from '@montana/ledger'
import { type ChainState, windowWeights } from './chain-state.js'
import { ENVELOPE_CONTROL_MAX } from './constants.js'
import { comparePendingControl, type PendingControl } from './context.js'
import type { Confirmation } from './objects/confirmation.js'

/** The entries with `previous` < cemented_window ≤ `current`, in control order. */
export function controlSet(
  pending: readonly PendingControl[],
  range: { previous: number; current: number },
  limit = ENVELOPE_CONTROL_MAX,
): PendingControl[] {
  return pending
    .filter(({ cementedWindow }) => cementedWindow > range.previous && cementedWindow <= range.current)
    .sort(comparePendingControl)
    .slice(0, limit)
}

/** The control set of W = head + 1. */
export function nextControlSet(state: ChainState): PendingControl[] {
  return controlSet(state.context.pendingControl, { previous: -1, current: state.context.window })
}

/** Hashes that a quorum of the evidence of W vouches for and that do not wait already. */
export function cementedControl(state: ChainState, evidence: readonly Confirmation[]): PendingControl[] {
  const weights = windowWeights(state)
  const waiting = new Set(state.context.pendingControl.map(({ hash }) => toHex(hash)))
  const listed = new Map<string, { hash: Uint8Array; weight: number }>()
  for (const { nodeId, opHashes } of evidence) {
    for (const hash of opHashes) {
      const weight = (listed.get(toHex(hash))?.weight ?? 0) + weights.of(nodeId)
      listed.set(toHex(hash), { hash, weight })
    }
  }
  return [...listed]
    .filter(([key, { weight }]) => weight >= weights.quorum && !waiting.has(key))
    .map(([, { hash }]) => ({ cementedWindow: state.context.window + 1, hash }))
}

export function controlRoot(objects: readonly Uint8Array[], hasher?: MerkleHasher): Uint8Array {
  const records = objects.map((object) => [registrationHash(object), object] as const)
  return smtRoot(records, hasher)
}
