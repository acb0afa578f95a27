import { LEASE_DRIFT, LEASE_MARGIN_MS } from './constants.js'
import { type LeaseState, NEVER } from './state.js'
import type { Observation } from './types.js'

type Seen = Extract<Observation, { kind: 'lease' }>

/** A cluster that grants too long a lease is asked again after this. Spec 6.2. */
const REFUSED_MS = 30_000

/** What the coordinator answered. A renewal of a lease that this host no longer counts on is not taken up again. */
export function onLease(known: LeaseState, seen: Seen): LeaseState {
  return withContact(observed(known, seen), seen.lease)
}

function withContact(known: LeaseState, lease: Seen['lease']): LeaseState {
  return 'sentAtMs' in lease ? { ...known, contactMs: Math.max(known.contactMs, lease.sentAtMs) } : known
}

function observed(known: LeaseState, { lease, atMs }: Seen): LeaseState {
  switch (lease.kind) {
    case 'acquired':
      return { ...known, sentMs: lease.sentAtMs, ttlMs: lease.grantedTtlMs, epoch: lease.epoch, renewedMs: atMs }
    case 'renewed':
      if (known.sentMs === null) return known
      return { ...known, sentMs: Math.max(known.sentMs, lease.sentAtMs), ttlMs: lease.grantedTtlMs }
    case 'lost':
      return { ...known, sentMs: null, epoch: null }
    case 'refused':
      return { ...known, refused: { code: lease.code, untilMs: atMs + REFUSED_MS } }
    case 'holder':
      return withHolder(known, lease.host, lease.epoch, lease.sentAtMs)
    case 'unreachable':
      return known
  }
}

function withHolder(known: LeaseState, host: string | null, epoch: LeaseState['epoch'], sentMs: number): LeaseState {
  if (known.holder && known.holder.sentMs > sentMs) return known
  return {
    ...known,
    holder: { host, epoch, sentMs },
    freeSinceMs: host === null ? (known.freeSinceMs ?? sentMs) : null,
  }
}

/** Last moment at which a service under this lease may act: `sent + 0.99·TTL − 0.25 − killBudget`. */
export function leaseDeadlineMs({ sentMs, ttlMs }: LeaseState, killBudgetMs: number): number {
  return sentMs === null ? NEVER : sentMs + LEASE_DRIFT * ttlMs - LEASE_MARGIN_MS - killBudgetMs
}
