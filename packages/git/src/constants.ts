/** For a command that nobody gave a time: long for anything local, short for a person who waits. */
export const TIMEOUT_MS = 30_000
/** Of stdout and of stderr each, where nobody gave a limit: far above any answer, far below the memory of a small host. */
export const OUTPUT_BYTES_MAX = 64 * 2 ** 20
/** The longest delay a timer takes: about 24.8 days. */
export const TIMER_MAX_MS = 2 ** 31 - 1
/** After a kill, for what has left the group and holds the pipes open, such as a shared ssh connection. */
export const DRAIN_MS = 1_000
/** How long the rest of a killed group may take to end: only one that waits for a dead disk takes longer. */
export const GROUP_END_MS = 1_000
/** Between two looks at a group that was killed; no special reason. */
export const GROUP_POLL_MS = 10
/** Of git's words in an error. */
export const WORDS_MAX = 500
