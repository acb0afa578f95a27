/** Spec operations 1. */
export const DEFAULT_CONSOLE_PORT = 8447

/** Time between two snapshots that are pushed: windows take about two seconds. */
export const SAMPLE_INTERVAL_MS = 1_000
/** A status answers in 100 ms (spec operations 2); a paused node must not hold up the snapshot of the others for long. */
export const PROBE_DEADLINE_MS = 1_500
/** Answers to several readers within this time share one sample, so that readers cannot multiply the load of a node. */
export const SAMPLE_SHARED_MS = 250

/** Windows in the strip of the page: a minute and a half of a devnet. */
export const RECENT_WINDOWS = 48

/** Confirmations come at the end of a window: only one that is overdue says anything. */
export const OVERDUE_WINDOWS = 2.5
export const OVERDUE_LEAST_MS = 5_000
/** A node renews its counter every few seconds: the use over the last half minute. */
export const CPU_MARKS = 6

/** Of one node: a mesh has tens of peers, and a node that names a thousand would fill the page of all. */
export const PEERS_SHOWN = 128
/** Codes that one node raises about itself; there are some dozen. */
export const CODES_SHOWN = 32

/** Nobody reads more; what is left out is counted. */
export const ALERTS_SHOWN = 32

/** Records kept and shown at most: a week at five minutes, three hours at the five seconds of a devnet. */
export const SOAK_POINTS_MAX = 2_016
export const SOAK_POINTS_DEFAULT = 720
/** Read of a soak file that is longer: enough for the points above at 10 kB a record (spec operations 3.3). */
export const SOAK_TAIL_BYTES = 24 * 2 ** 20
/** A longer line is no record: a status has at most 1 MiB, a record a few of them. */
export const SOAK_LINE_MAX_BYTES = 4 * 2 ** 20
export const RUN_FILE_MAX_BYTES = 2 ** 20
/** Charts are bounded to 600 buckets a line and findings to some thousands, so a report is far smaller. */
export const REPORT_MAX_BYTES = 16 * 2 ** 20
export const FINDINGS_SHOWN = 200

/** Open pages; no operator has more, and each costs a write a second. */
export const EVENT_CLIENTS_MAX = 16
/** A comment line keeps proxies and tunnels from closing a stream that has nothing to say. */
export const EVENT_HEARTBEAT_MS = 10_000
/** A reader that has not taken anything for so long is gone. */
export const EVENT_STALL_MS = 30_000

/** Plenty for some pages; half-open requests must not hold more. */
export const CONNECTIONS_MAX = 64
export const REQUEST_TIMEOUT_MS = 5_000
/** A connection that rests holds one of the places; a page that asks again makes another. */
export const KEEP_ALIVE_MS = 5_000
export const HEADER_MAX_BYTES = 8_192
/** A command with its reason; what is longer is none. */
export const BODY_MAX_BYTES = 16 * 1024
