/** Port-independent path that the probe asks: spec operations 2. */
export const STATUS_ROUTE = '/status.json'
/** Size bound of a status document: spec operations 2. */
export const STATUS_MAX_BYTES = 2 ** 20

/** Time for everything that one node is asked in a poll: spec operations 3.2. */
export const PROBE_DEADLINE_MAX_MS = 10_000
/** A probe may take this part of an interval, so that a hung node never delays the next poll: decisions, "Faults and drills". */
export const PROBE_DEADLINE_SHARE = 0.6
/** The whole poll may take 15 s where one node may take 10: spec operations 3.2. */
export const POLL_DEADLINE_SHARE = 1.5

/** 288 polls a day: spec operations 1. */
export const DEFAULT_INTERVAL_MS = 300_000
/** Below this the probes themselves would be the load. */
export const MIN_INTERVAL_MS = 1_000
export const MAX_INTERVAL_MS = 86_400_000
/** The grid of slots begins this part of an interval before the first record, so that a poll that is a little early keeps its slot. */
export const SLOT_TOLERANCE_SHARE = 0.1

/** Age of the record that the five-minute counters are compared with: spec operations 3.4. */
export const SPAN_MIN_MS = 270_000
export const SPAN_MAX_MS = 330_000

export const DEFAULT_SOAK_PATH = '/var/lib/montana-soak/soak.jsonl'
export const DEFAULT_CONFIG_PATH = '/etc/montana/soak.yaml'
/** `prev` of the first line of a run: spec operations 3.3. */
export const FIRST_PREV = '0'.repeat(64)

/** Length at which the soak file is rotated: spec operations 3.5. */
export const ROTATE_BYTES = 64 * 2 ** 20
/** Days for which rotated files are kept: spec operations 3.1. */
export const RETENTION_DAYS = 90
export const DAY_MS = 86_400_000

/** Records that a spool holds, a day of five-minute polls: spec operations 3.5. */
export const SPOOL_MAX_RECORDS = 288
/** Where the installed service may write while its own disk is full: spec operations 3.5. */
export const SPOOL_FOLDER = '/run/montana-soak'
