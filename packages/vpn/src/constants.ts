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
/** Share of a document's life that is left when its end is warned about: spec operations 12.2. */
export const WARN_SHARE = 0.25
