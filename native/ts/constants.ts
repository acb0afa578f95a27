export const HASH_BYTES = 32
/** The band of spec protocol 3.1. */
export const MAX_STEPS = 2 ** 32 - 1
/** `segment_count` is a u16: spec protocol 13.1. */
export const MAX_CHECKPOINTS = 65_535
/** More than any machine this runs on has cores; a guard against typos. */
export const MAX_THREADS = 256
export const TREE_LEVELS = 256
/** Often enough for a live table, rare enough to cost nothing. */
export const PROGRESS_EVERY_MS = 100
