/** A turn of the loop; what must end by a moment is ended one turn before it. Spec three-mirror 4. */
export const TURN_MS = 250
/** An acting host asks peers and witnesses so often, in every profile. Spec 4, Standing. */
export const ACTING_PROBE_MS = 500
/** Posts and reads at a fast witness while nothing happens: S1. */
export const WITNESS_EVERY_MS = 1_000
/**
 * Evidence for a promotion is no older: the confirming second of 5.3. With silence of 3 s, a leader that was asked by any
 * source since then had lost its standing before that and is gone half a second before the promotion.
 */
export const EVIDENCE_MS = 1_000
/** Time added to a relayed age that came with a request, whose way here cannot be measured; twice a usual round trip. */
export const HOP_MS = 250
/** Between two questions to the peers about one suspect; the burst of 5.2 comes as often as the loop turns. */
export const CONFIRM_EVERY_MS = 500
/** Clocks that disagree by more mean that the machine was suspended: D1. */
export const SUSPEND_MS = 500
/** Back-off after a failed promotion or an unhealthy service: D4. */
export const BACK_OFF_MS = 30_000
export const BACK_OFF_MAX_MS = 600_000
/** D7: so long a host is passed over that is eligible and does not act. */
export const SKIP_MS = 60_000
/** A candidacy that has not come to an end by then is given up: twice a round at a slow witness of 7.3. */
export const CANDIDACY_MAX_MS = 12_000
/** A candidate that is not let through withdraws for so long, then tries again; no special reason. */
export const RETRY_MS = 1_000
/** Flaps count for so long, and hold-down grows no further: 10.4. */
export const HOLD_DOWN_MAX_MS = 3_600_000
export const FLAP_WINDOW_MS = 3_600_000
/** Validity of a grant: 10.4. */
export const GRANT_MS = 5_000
/** Quiescing longer is cut short: 10.4. */
export const QUIESCE_MS = 300
/** A target that has not accepted by then is not asked again for a while: twice its preparation. */
export const HANDOVER_MS = 5_000
/** Between two attempts to hand over after a refusal or silence; no special reason. */
export const HANDOVER_RETRY_MS = 10_000
/** A service that ends on its own when asked: SIGTERM, then SIGKILL after this. Inside the one second of 10.4. */
export const GRACEFUL_STOP_MS = 500
/** What a heartbeat, a handover and a history carry of what a person wrote; longer text would keep them from everybody. */
export const REASON_MAX_CHARS = 256
export const OPERATOR_MAX_CHARS = 64
/** etcd: the holder stops this long before the lease can end at 1 % of clock drift. Spec 6.2. */
export const LEASE_DRIFT = 0.99
export const LEASE_MARGIN_MS = 250
/** etcd: each further host waits so long per live eligible host above it. Spec 6.2. */
export const CAMPAIGN_STEP_MS = 500
export const RENEW_EVERY_MS = 500
