/** Faults listed per node; all of them are counted. A store that is broken throughout must not fill the memory. */
export const FAULTS_LISTED_MAX = 100
/** Steps of one batch of clock values: a few seconds of two cores, so that progress and an abort are not far apart. */
export const BATCH_STEPS = 200_000_000
/** Windows of one batch: enough to fill the lanes of every core, and the most that wait where windows are short. */
export const BATCH_MIN_WINDOWS = 16
export const BATCH_MAX_WINDOWS = 512
/** Clock values whose verdict is remembered; the nodes of a devnet are walked side by side and ask within one window. */
export const CLOCK_MEMORY_ENTRIES = 2_048
/** sample(n) recomputes a whole window with probability n / 64, as the node does without proofs (spec protocol 13.3). */
export const SAMPLE_SEGMENTS = 64
/** A running node may commit while the end of its store is compared; it is then followed and compared again. */
export const CLOSING_ATTEMPTS = 200
/** Reading goes on over a store that a node opens or closes meanwhile; more often than this is no coincidence. */
export const REOPEN_ATTEMPTS = 20
/** A node keeps its journal for a few windows below the head. */
export const WINDOWS_REMEMBERED = 64
