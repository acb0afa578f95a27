import type { LeaseObservation } from '../../core/types.js'
import type { Epoch } from '../../epoch.js'
import type { Snapshot } from './snapshot.js'

/** A lease of this host, whether it leads with it or only could. Times as in `Lease`. */
export interface OwnLease {
  readonly id: bigint
  readonly ttlMs: number
  readonly sentAtMs: number
}

/** What this host holds in the store, as far as it knows. */
export interface Hold {
  readonly lease: OwnLease | null
  /** Epoch of the own leadership; null while another leads, or nobody. */
  readonly epoch: Epoch | null
  /** Of the store, when this was known: what was read before says nothing about it. */
  readonly revision: bigint
}

export const NOTHING_HELD: Hold = { lease: null, epoch: null, revision: 0n }

export interface Settled {
  readonly hold: Hold
  readonly observations: readonly LeaseObservation[]
}

/**
 * What a linearizable read changes. The key may have been moved to the own lease by the leader, an acquisition whose
 * answer was lost may have succeeded, and a leadership may be gone.
 */
export function settle(hold: Hold, found: Snapshot, sentAtMs: number): Settled {
  if (found.revision < hold.revision) return { hold, observations: [] }
  const known: Hold = { ...hold, revision: found.revision }
  const holder = {
    kind: 'holder',
    host: found.leader?.host ?? null,
    epoch: found.leader?.epoch ?? null,
    sentAtMs,
  } as const
  if (!isOwn(hold, found)) return { hold: { ...known, epoch: null }, observations: [...lostBy(hold), holder] }
  if (hold.epoch !== null) return { hold: known, observations: [holder] }
  return { hold: { ...known, epoch: holder.epoch }, observations: [holder, ...takenBy(hold, holder.epoch)] }
}

function lostBy({ epoch }: Hold): LeaseObservation[] {
  return epoch === null ? [] : [{ kind: 'lost' }]
}

function takenBy({ lease }: Hold, epoch: Epoch | null): LeaseObservation[] {
  if (lease === null || epoch === null) return []
  return [{ kind: 'acquired', sentAtMs: lease.sentAtMs, grantedTtlMs: lease.ttlMs, epoch }]
}

export function isOwn({ lease }: Hold, { leader }: Snapshot): boolean {
  return leader !== null && lease !== null && leader.lease === lease.id
}

/** A renewal that was acknowledged; one for a lease that is no longer held changes nothing. */
export function prolonged(hold: Hold, renewed: OwnLease): Hold {
  if (hold.lease?.id !== renewed.id) return hold
  return { ...hold, lease: { ...renewed, sentAtMs: Math.max(hold.lease.sentAtMs, renewed.sentAtMs) } }
}

/** The lease `ended`, or was given back; one that came after it stays. */
export function without(hold: Hold, ended: OwnLease): Hold {
  return hold.lease?.id === ended.id ? { ...hold, lease: null, epoch: null } : hold
}
