export const MINUTE_MS = 60_000
/** Spec repository-mirror 3: `MIRROR_<N>_…`. */
export const SLOT_MAX = 99
/** Spec repository-mirror 3.1 and 9.3, in minutes: of a permit, of the tolerated clock difference, of a stale signal. */
export const PERMIT_MINUTES = 30
export const SKEW_MINUTES = 10
export const STALENESS_MINUTES = 180
export const SENTINEL_INTERVAL_MINUTES = 30
export const SENTINEL_THRESHOLD = 3
export const RECOVERY_OBSERVATIONS = 3
/** Spec repository-mirror 3.2: a first push carries the whole history. */
export const FIRST_PUSH_MINUTES = 180
export const LATER_PUSH_MINUTES = 60
/** A week; whoever waits longer wants the thing off. */
export const MINUTES_MAX = 10_080
/** No special reason: counts of observations above it are typing errors. */
export const COUNT_MAX = 1_000
/** Documented limit of GitHub for the value of a secret. */
export const SECRET_BYTES_MAX = 49_152
/** A `.env`, a manifest or a key is a page or two; what is larger is another file. */
export const FILE_BYTES_MAX = 1_048_576
/** Names in one list of the manifest: five times what GitHub takes for secrets, as many as it takes for variables. */
export const NAMES_MAX = 500
export const DEFAULT_MANIFEST_FILE = 'montana.mirror.json'
export const DEFAULT_STATE_FILE = 'state/current.json'
export const DEFAULT_API_URL = 'https://api.github.com'
export const DEFAULT_REFS: readonly string[] = ['refs/heads/*', 'refs/tags/*']
