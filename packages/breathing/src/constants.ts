/** Anti-entropy, start to start: "about five breaths a minute" of the seeds. Spec three-mirror 1.2. */
export const INTERVAL_SECONDS = 12
/** Before the first breath of `run`. Spec three-mirror 1.2. */
export const START_DELAY_SECONDS = 5
/** A git command that takes longer is killed with its process group. Spec three-mirror 12.6. */
export const GIT_TIMEOUT_MS = 30_000
/** Quiet time after a file event: long enough for a writer's burst, short against the bound. Spec three-mirror 12.1. */
export const DEBOUNCE_MS = 200
/** File events can be lost; a look at size and time cannot. Spec three-mirror 12.1. */
export const STAT_INTERVAL_MS = 1_000
/** Budgets of the bound of spec three-mirror 12.1, not limits: what takes longer is shown as lag. */
export const PUSH_BUDGET_MS = 3_000
export const FETCH_BUDGET_MS = 3_000
/** The promise: a write is on every reachable host in less than this. Spec three-mirror 1.3, F10. */
export const BREATH_BOUND_MS = 12_000
/** How soon a failed cycle is tried again: well inside the bound, and no load on a hub that is down. */
export const RETRY_MS = 2_000

/** Data that the seeds sync. Spec three-mirror 1.2. */
export const SYNC_PATHS: readonly string[] = ['data/users.json', 'node_crypto/nodes.json']
/** Levels below which a value is atomic: record and field. Spec three-mirror 12.4. */
export const REGISTER_DEPTH = 2
export const REGISTER_DEPTH_MAX = 4

/** A stamp further ahead waits until time has caught up. Spec three-mirror 12.4. */
export const SKEW_LIMIT_MS = 60_000
/** A local change that removes more than this share of the records, and at least so many, is held. Spec 12.4. */
export const SHRINK_SHARE = 0.2
export const SHRINK_RECORDS = 10
export const DAY_MS = 86_400_000
/** Spec three-mirror 12.4. */
export const TOMBSTONE_MS = 30 * DAY_MS
/** Spec three-mirror 12.7. */
export const HISTORY_BYTES = 16 * 1024 * 1024
export const HISTORY_MS = 90 * DAY_MS
/** A day of history is written in parts, so that a new entry rewrites little. */
export const HISTORY_PART_BYTES = 256 * 1024

/** Of any file that travels. Spec three-mirror 12.3. */
export const FILE_BYTES_MAX = 5 * 1024 * 1024
/** Files of one commit: the synced ones, their stamps, and history of 16 MiB in parts. */
export const TREE_FILES_MAX = 1_000
/** Deeper JSON is no table of records; the limit keeps recursion bounded. */
export const JSON_DEPTH_MAX = 64
/** Of one git command: a tree with its history, with room to spare. */
export const GIT_OUTPUT_BYTES_MAX = 64 * 1024 * 1024

/** Own ref is cut to one parentless commit after so many commits or so long. Spec three-mirror 12.7. */
export const CUT_COMMITS = 2_000
export const CUT_MS = 7 * DAY_MS
export const MAINTENANCE_MS = 7 * DAY_MS
/** Own repository. Spec three-mirror 12.7. */
export const REPOSITORY_ALARM_BYTES = 256 * 1024 * 1024

/** Raw bytes of one `breathChunk`. Spec three-mirror 11.4. */
export const CHUNK_BYTES = 512 * 1024
/** Of a whole bundle: two trees at their limits. */
export const BUNDLE_BYTES_MAX = 64 * 1024 * 1024
/** For one request to a peer; the channel redials by itself. */
export const PEER_TIMEOUT_MS = 10_000

/** A lock that its owner has held so long is not waited for any longer. Spec three-mirror 12.6. */
export const LOCK_WAIT_MS = 60_000
/** Failed cycles in a row that raise an alarm. Spec three-mirror 12.5. */
export const ALARM_FAILURES = 2

/** Everything that is not a synced file lies below. */
export const BREATH_FOLDER = '.breath'
export const BREATH_REF_PREFIX = 'refs/heads/breath/'
/** What may be long and random, or is public by its nature. Spec three-mirror 12.3. */
export const PUBLIC_FIELDS: readonly string[] = ['public_key', 'address']
export const NODE_NAME = /^[a-z0-9-]{1,32}$/
