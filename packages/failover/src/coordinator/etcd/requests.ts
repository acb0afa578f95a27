import type { Epoch } from '../../epoch.js'
import type { Txn, TxnCompare, TxnOperation } from './member.js'
import { candidateText, leaderText, type PolicyKeys } from './snapshot.js'
import { base64, prefixEnd } from './wire.js'

/** Who puts itself, or another, into the key of the leader. */
export interface Claimant {
  readonly host: string
  readonly address: string
  readonly lease: bigint
}

/** Nobody leads and the epoch is the one that was read. Spec three-mirror 6.2. */
export function acquireTxn(keys: PolicyKeys, claimant: Claimant, epoch: Epoch, epochRevision: bigint): Txn {
  return leaderTxn(keys, claimant, epoch, [isAbsent(keys.leader), isUnchanged(keys.epoch, epochRevision)])
}

/** The leader gives itself a higher epoch. */
export function raiseTxn(keys: PolicyKeys, claimant: Claimant, epoch: Epoch, epochRevision: bigint): Txn {
  const compare = [isBoundTo(keys.leader, claimant.lease), isUnchanged(keys.epoch, epochRevision)]
  return leaderTxn(keys, claimant, epoch, compare)
}

/** The leader gives the key to the lease of the target, which must still live. Spec three-mirror 6.2, handover. */
export function transferTxn(
  keys: PolicyKeys,
  move: {
    readonly ownLease: bigint
    readonly target: Claimant
    readonly targetRevision: bigint
    readonly epoch: Epoch
    readonly epochRevision: bigint
  },
): Txn {
  const { ownLease, target, targetRevision, epoch, epochRevision } = move
  return leaderTxn(keys, target, epoch, [
    isBoundTo(keys.leader, ownLease),
    isUnchanged(keys.candidates + target.host, targetRevision),
    isUnchanged(keys.epoch, epochRevision),
  ])
}

/** Where the leadership can be moved to. */
export function candidateTxn(keys: PolicyKeys, { host, address, lease }: Claimant): Txn {
  return { compare: [], success: [put(keys.candidates + host, candidateText(host, address), lease)], failure: [] }
}

function leaderTxn(keys: PolicyKeys, { host, address, lease }: Claimant, epoch: Epoch, compare: TxnCompare[]): Txn {
  const success = [put(keys.leader, leaderText(host, address, epoch), lease), put(keys.epoch, String(epoch), 0n)]
  const everything = { request_range: { key: base64(keys.prefix), range_end: prefixEnd(keys.prefix) } }
  return { compare, success, failure: [everything] }
}

function put(key: string, value: string, lease: bigint): TxnOperation {
  return { request_put: { key: base64(key), value: base64(value), lease: String(lease) } }
}

function isAbsent(key: string): TxnCompare {
  return { key: base64(key), target: 'CREATE', result: 'EQUAL', create_revision: '0' }
}

function isUnchanged(key: string, revision: bigint): TxnCompare {
  return { key: base64(key), target: 'MOD', result: 'EQUAL', mod_revision: String(revision) }
}

function isBoundTo(key: string, lease: bigint): TxnCompare {
  return { key: base64(key), target: 'LEASE', result: 'EQUAL', lease: String(lease) }
}
