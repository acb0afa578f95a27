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
