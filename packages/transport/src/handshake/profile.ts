import { concatBytes } from '@montana/foundation'

/**
 * What distinguishes one profile from another: spec transport 4. The core (transcript, messages, processing order) is
 * the same for every profile.
 */
export interface HandshakeProfile {
  /** Label prefix L, directly in front of the hashed data: spec transport 4.3. */
  readonly labelPrefix: string
  /** Prologue P, the first bytes of the transcript; empty for pq. */
  readonly prologue: Uint8Array
}

export const PQ_PROTOCOL = '/montana/noise-pq-xx/1.0.0'

/** Spec transport 5. */
export const PQ_PROFILE: HandshakeProfile = { labelPrefix: 'mt-noise-pq-xx-v1-', prologue: new Uint8Array(0) }

export const HYBRID_PROTOCOL = '/montana/noise-hybrid/1.0.0'
export const HYBRID_LABEL_PREFIX = 'mt-noise-hybrid-v1-'

/** What each profile is called in a negotiation. */
export const PROTOCOLS = { hybrid: HYBRID_PROTOCOL, pq: PQ_PROTOCOL } as const

/** Raw Ed25519 public keys of the two ends of an outer channel, 32 bytes each. */
export interface OuterKeys {
  readonly initiator: Uint8Array
  readonly responder: Uint8Array
}

/** Bound to one outer channel by P = opk_i ‖ opk_r: spec transport 6.2. */
export function hybridProfile({ initiator, responder }: OuterKeys): HandshakeProfile {
  return { labelPrefix: HYBRID_LABEL_PREFIX, prologue: concatBytes(initiator, responder) }
}
