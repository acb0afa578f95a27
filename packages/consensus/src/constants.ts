/** Sizes and limits that every profile-1 node shares: spec protocol 0. All sizes are bytes. */
export const HASH_BYTES = 32
export const SIGNATURE_BYTES = 3309
export const ENVELOPE_MAX_BYTES = 1_048_560
export const CONFIRMATION_HASHES_MAX = 256
export const ENVELOPE_BUNDLES_MAX = 256
export const ENVELOPE_CONTROL_MAX = 32
export const PROTOCOL_VERSION = 1
export const SUPPORTED_SUITE = 1
/** Candidates of one window that the context carries: spec protocol 5.4. */
export const CONTEXT_CANDIDATES_MAX = 254
/** How far ahead of the head messages are kept: spec protocol 10.3. */
export const WINDOWS_AHEAD = 2
export const MAX_U128 = (1n << 128n) - 1n

export const ZERO_HASH = new Uint8Array(HASH_BYTES)

/** A member sends its own messages again at this interval while its head stands still: spec protocol 10.3. */
export const RESEND_INTERVAL_MS = 10_000
/** A drafter that has quorum waits for slow members, at most this long: spec protocol 9.4. */
export const GRACE_MAX_MS = 2_000
/** … and at most this part of the last window period. */
export const GRACE_PERIOD_FRACTION = 0.2

/** Segments that sample(n) is a fraction of: spec protocol 13.3. */
export const SAMPLE_SEGMENTS = 64

/** Message types of the base protocol that consensus speaks: spec protocol D.1. */
export const MESSAGE = { confirmation: 0x20, reveal: 0x21, proposal: 0x22 } as const
