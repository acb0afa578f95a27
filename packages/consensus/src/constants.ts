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
/** Slots of the fallback list, candidates first: spec protocol 9.3. */
export const FALLBACK_CANDIDATES_MAX = 200
export const FALLBACK_SLOTS_MAX = 255
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

/** Timeouts of the vote, local and not agreed: spec protocol 11.2 rule 7. */
export const PROPOSE_TIMEOUT_MIN_MS = 3_000
export const PROPOSE_TIMEOUT_TICKS = 2
export const PROPOSE_TIMEOUT_ROUNDS_MAX = 8
export const VOTE_TIMEOUT_MS = 1_000
export const VOTE_TIMEOUT_STEP_MS = 500
export const VOTE_TIMEOUT_MAX_MS = 10_000
/** Votes, and what justifies them, are sent again at this interval while the window stays open: rule 8. */
export const VOTE_RESEND_MS = 1_000
/** Something missing is asked for again after this time. No special reason. */
export const FETCH_AGAIN_MS = 1_000
/** Drafts of one window that are kept; slots that matter are few, each costs up to 1 MiB. */
export const DRAFTS_MAX = 32
export const DRAFTS_PER_PROPOSER_MAX = 2
/** Votes of one member and window that are kept: two for each of the latest 32 rounds. */
export const VOTES_PER_NODE_MAX = 64

/** Control objects that one confirmation lists, and that a node keeps unprocessed: spec protocol 0, 12.3. */
export const CONFIRMATION_OPS_LISTED_MAX = 16
export const REGISTRATIONS_MAX = 256

/** Segments that sample(n) is a fraction of: spec protocol 13.3. */
export const SAMPLE_SEGMENTS = 64

/** Message types of the base protocol that consensus speaks: spec protocol D.1. */
export const MESSAGE = { confirmation: 0x20, reveal: 0x21, proposal: 0x22 } as const
