/** Spec operations 11.2, step 1. */
export const MAX_DOCUMENT_BYTES = 1024 * 1024
/** Hosts, peers or witnesses of one document: spec operations 11.2, step 1. */
export const MAX_ENTRIES = 256
/** Operators of a trust root, and signatures of a document; each costs a verification of 0.2 ms. No special reason. */
export const MAX_OPERATORS = 32
/** How far ahead of our clock a document may have been issued: spec operations 11.2, step 3. */
export const MAX_CLOCK_SKEW_MS = 5 * 60 * 1000
/** How long a replaced key stays good beside its successor: spec three-mirror 11.3. */
export const MAX_OVERLAP_MS = 7 * 24 * 60 * 60 * 1000
