import type { Acquisition } from '@montana/foundation'
import { type Epoch, makeEpoch, RANK, splitEpoch } from '../../epoch.js'
import type { Txn } from './member.js'
import { acquireTxn, type Claimant, raiseTxn } from './requests.js'
import type { PolicyKeys, Snapshot } from './snapshot.js'

/** What has to be known to become the leader. */
export interface Candidacy {
  readonly keys: PolicyKeys
  readonly claimant: Claimant
  readonly chainIndex: number
  /** Highest epoch that was seen anywhere else. */
  readonly floor: Epoch
}

export type AcquireStep =
  | { readonly kind: 'ask'; readonly txn: Txn; readonly epoch: Epoch }
  | { readonly kind: 'end'; readonly result: Acquisition }

/** Pure: what to ask the store for, given what it holds. Spec three-mirror 6.2. */
export function acquireStep({ keys, claimant, chainIndex, floor }: Candidacy, found: Snapshot): AcquireStep {
  const { leader, epoch } = found
  if (leader !== null && leader.lease !== claimant.lease) {
    return { kind: 'end', result: { kind: 'held', by: leader.host, epoch: leader.epoch } }
  }
  if (epoch.value === null) return { kind: 'end', result: unreadable(keys) }
  const next = nextEpoch(epoch.value, floor, chainIndex)
  const txn = leader === null ? acquireTxn : raiseTxn
  return { kind: 'ask', txn: txn(keys, claimant, next, epoch.modRevision), epoch: next }
}

/** Counter = 1 + max(store, all seen), rank LEASED. Throws RangeError when 2^48 tenures are used up. */
export function nextEpoch(stored: Epoch, floor: Epoch, chainIndex: number): Epoch {
  const seen = stored > floor ? stored : floor
  return makeEpoch({ counter: splitEpoch(seen).counter + 1, rank: RANK.LEASED, chainIndex })
}

/** The transaction failed, but only because it had been carried out already: by another member, or its answer was lost. */
export function isAlreadyDone({ claimant }: Candidacy, found: Snapshot, epoch: Epoch): boolean {
  return found.leader?.lease === claimant.lease && found.leader.epoch === epoch
}

function unreadable({ epoch }: PolicyKeys): Acquisition {
  return { kind: 'refused', code: 'ETCD_ANSWER_INVALID', message: `the value of ${epoch} is not an epoch` }
}
