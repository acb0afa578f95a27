/** A right to act that ends by itself unless it is renewed. */
export interface Lease {
  /** Of this tenure: above every epoch that the store or the caller knew. Unsigned, 64 bit. */
  readonly epoch: bigint
  /** Milliseconds on the monotonic clock of this host: sending of the last request that the store acknowledged. */
  readonly sentAtMs: number
  /** Milliseconds, as granted; a store may grant more than was asked. */
  readonly ttlMs: number
}

export type Acquisition =
  | { readonly kind: 'acquired'; readonly lease: Lease }
  /** Somebody else leads. `epoch` is null where the store holds what cannot be read. */
  | { readonly kind: 'held'; readonly by: string; readonly epoch: bigint | null }
  /** The store answered, but this host must not lead with what it got. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** No answer that decides; nothing is held, or what was granted ends by itself and is not used. */
  | { readonly kind: 'unreachable'; readonly message: string }

export type Renewal =
  | { readonly kind: 'renewed'; readonly lease: Lease }
  /** Ended, taken away or given away: the tenure is over. */
  | { readonly kind: 'lost' }
  /** Unknown: what was renewed last goes on until its time ends. */
  | { readonly kind: 'unreachable'; readonly message: string }

/**
 * Who may act, decided outside the hosts that want to: one lease and one growing epoch. A caller acts only while it holds
 * the lease, by its own clock, and passes the epoch on with every effect. Spec three-mirror 6 and 9.
 *
 * Every call ends within a time that the implementation states and throws AbortError when `signal` fires; that nobody
 * answers is a result, not an error.
 */
export interface Coordinator {
  /** Asks for the lease. The new epoch is above `floor`, the highest that the caller has seen anywhere. */
  acquire(floor: bigint, signal: AbortSignal): Promise<Acquisition>
  /** Extends what is held; `lost` when nothing is. */
  renew(signal: AbortSignal): Promise<Renewal>
  /** Gives the lease back. Where nobody answers it ends by itself; it is never renewed again. */
  release(signal: AbortSignal): Promise<void>
  /** Highest epoch in the store, 0 where there is none. Throws a MontanaError when it cannot be read. */
  epoch(signal: AbortSignal): Promise<bigint>
}
