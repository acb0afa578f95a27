/** Limits that GitHub documents; spec repository-mirror 6.3. */
export const VALUE_MAX_BYTES = 48 * 1024
export const SECRETS_MAX = 100
export const VARIABLES_MAX = 500
export const PRIMARY_PER_HOUR = 5_000
/** Requests without a credential. */
export const ANONYMOUS_PER_HOUR = 60
export const POINTS_PER_MINUTE = 900
export const READ_POINTS = 1
export const WRITE_POINTS = 5
export const CONTENT_PER_MINUTE = 80
export const CONTENT_PER_HOUR = 500
export const CONCURRENT_MAX = 100
/** What GitHub names in `retry-after` of a secondary limit. */
export const SECONDARY_RETRY_S = 60

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
/** Schedules of public repositories end after this long without activity; spec repository-mirror 10.4. */
export const INACTIVITY_MS = 60 * DAY_MS
/** Life of an installation token. */
export const INSTALLATION_TOKEN_MS = HOUR_MS
/** The `exp` of an App's assertion may lie this far ahead. */
export const ASSERTION_MAX_MS = 10 * MINUTE_MS
/** An `iat` this far ahead is still taken, for clocks that differ. */
export const ASSERTION_SKEW_MS = MINUTE_MS

/** Largest JSON body: an encrypted value of 48 KB in base64 with room to spare. */
export const BODY_MAX_BYTES = 256 * 1024
/** Larger files are listed without their content. */
export const CONTENT_INLINE_MAX_BYTES = 1024 * 1024
/** GitHub takes at most this many inputs in a dispatch. */
export const INPUTS_MAX = 25

export const PER_PAGE_DEFAULT = 30
export const PER_PAGE_MAX = 100
/** Variables alone come in smaller pages; spec repository-mirror 6.3. */
export const VARIABLES_PER_PAGE_DEFAULT = 10
export const VARIABLES_PER_PAGE_MAX = 30
