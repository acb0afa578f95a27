/** Spec operations 12.2. */
export const DEFAULT_INTERFACE = 'montana0'
/** Spec operations 1. */
export const DEFAULT_PORT = 51_820
/** How often the timer runs the job, and by how much it may be late: spec operations 10. */
export const PERIOD_MS = 5 * 60_000
export const TIMER_DELAY_MS = 30_000
/** A change by validity that comes before the next run is waited for, so that both ends make it at one instant. */
export const MAX_HOLD_MS = PERIOD_MS + TIMER_DELAY_MS
/** `wg` answers in milliseconds; longer, and the program behind the interface hangs. */
export const WG_TIMEOUT_MS = 10_000
/** 256 peers print about 60 KiB. */
export const WG_OUTPUT_BYTES = 4 * 1024 * 1024
/** Keeps the way through a translation of addresses open; what the makers of WireGuard advise. */
export const KEEPALIVE_S = 25
/** As F-SYNC knows the job, and the files are called. */
export const JOB = 'vpn'
export const ROSTER_NAME = 'roster'
/** One source alone could withhold every new version without anybody noticing: spec operations 11.2. */
export const MIN_SOURCES = 2
