/** A socket of this host answers within some milliseconds; an agent that is frozen must not hold up the others for long. */
export const ASK_DEADLINE_MS = 1_500
/** An order may have to be passed on to another host, which takes two seconds at most. */
export const ORDER_DEADLINE_MS = 5_000
/** Readers within this time share one answer, so that they cannot multiply the load of an agent. */
export const SHARED_MS = 250
/** Newest incidents that are shown. */
export const INCIDENTS_MAX = 20
/** At most a day: spec three-mirror 10.4. */
export const DURATION_MAX_MS = 24 * 3_600_000
/** Orders that are shown. */
export const ORDERS_SHOWN = 30
/** Thousands of orders; then a second file begins, and the one before the last is given up. */
export const AUDIT_MAX_BYTES = 2 ** 20
/** Of agents, who put no more into a history: its `by`. */
export const OPERATOR_MAX_CHARS = 64
