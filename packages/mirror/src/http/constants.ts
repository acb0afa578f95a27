/** Spec repository-mirror 13. */
export const BODY_MAX_BYTES = 64 * 1024
export const HEARTBEAT_MS = 15_000
/** How soon a page hears of what another process did: a person does not notice it. */
export const EVENT_POLL_MS = 500
/** Read at one turn; the rest comes with the next. */
export const EVENTS_MAX = 200
/** Open pages; no operator has more. */
export const STREAMS_MAX = 16
/** A reader that has not taken anything for so long is gone. */
export const STALL_MS = 30_000
/** Time after which a page asks again when its stream ends. */
export const RETRY_MS = 2_000
export const HISTORY_DEFAULT = 50
export const HISTORY_MAX = 200
/** All pages share one look at the fence for so long: a holder renews every few minutes. */
export const LOOK_SHARED_MS = 10_000
/** A fence over ssh takes some seconds; a page does not wait for longer. */
export const LOOK_DEADLINE_MS = 8_000
/** Requests whose jobs and answers are remembered: a day of an operator with a nervous finger. */
export const REMEMBERED = 200
/** A maintenance that takes longer is asked for again. */
export const HOLD_MINUTES_MAX = 7 * 24 * 60
