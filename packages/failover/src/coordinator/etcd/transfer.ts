import { NO_EPOCH } from '../../epoch.js'
import type { Transfer } from '../types.js'
import { nextEpoch } from './acquire.js'
import { ACQUIRE_ATTEMPTS } from './constants.js'
import { type Hold, isOwn } from './hold.js'
import type { LeaseKeeper } from './keeper.js'
import { transferTxn } from './requests.js'
import type { Snapshot } from './snapshot.js'
import type { PolicyStore } from './store.js'

export interface TransferTarget {
  readonly target: string
  readonly chainIndex: number
}

/** Moves the key of the leader to the lease of the target, so that nobody can come between. Spec three-mirror 6.2. */
export async function transferLeadership(
  keeper: LeaseKeeper,
  store: PolicyStore,
  to: TransferTarget,
  signal: AbortSignal,
): Promise<Transfer> {
  let found = await store.read(signal)
  for (let attempt = 0; attempt < ACQUIRE_ATTEMPTS; attempt++) {
    const move = moveOf(keeper.hold, found, to)
    if (move.kind !== 'move') return ended(keeper, move, found)
    const { isDone, found: after } = await store.txn(transferTxn(store.keys, move), signal)
    const isDoneBefore = after.leader?.lease === move.target.lease && after.leader.epoch === move.epoch
    if (isDone || isDoneBefore) return ended(keeper, { kind: 'moved', epoch: move.epoch }, after)
    found = after
  }
  return { kind: 'unreachable', message: 'the store was changed by others again and again' }
}

type Move = { readonly kind: 'move' } & Parameters<typeof transferTxn>[1]

/** Pure: the transaction that gives the leadership away, or why there is none. */
export function moveOf(hold: Hold, found: Snapshot, { target, chainIndex }: TransferTarget): Move | Transfer {
  const { lease, epoch } = hold
  if (lease === null || epoch === null || !isOwn(hold, found)) return { kind: 'lost' }
  const candidate = found.candidates.get(target)
  if (candidate === undefined) return { kind: 'refused', message: `${target} has no lease to take over with` }
  return {
    kind: 'move',
    ownLease: lease.id,
    target: { host: target, address: candidate.address, lease: candidate.lease },
    targetRevision: candidate.modRevision,
    epoch: nextEpoch(found.epoch.value ?? NO_EPOCH, epoch, chainIndex),
    epochRevision: found.epoch.modRevision,
  }
}

/** What was read before the move must not bring the leadership back. */
function ended(keeper: LeaseKeeper, result: Transfer, { revision }: Snapshot): Transfer {
  if (result.kind === 'moved' || result.kind === 'lost') keeper.hold = { ...keeper.hold, epoch: null, revision }
  return result
}
