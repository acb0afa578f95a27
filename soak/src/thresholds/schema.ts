import { z } from 'zod'

const positive = z.number().positive()
const count = z.int().positive()

/** `montana.thresholds/1`: the bounds of the finding rules, fixed before a run and named by their hash (spec operations 5). */
export const thresholdsSchema = z.strictObject({
  schema: z.literal('montana.thresholds/1'),
  version: z.string().min(1),
  /** Periods of a new instance that say nothing about lag, ratio and slope. */
  warm_up_periods: z.number().nonnegative(),
  crash_exits: count,
  crash_exits_window_s: positive,
  crash_restarts: count,
  crash_restarts_window_s: positive,
  fatal_restarts: count,
  disk_free_pct: positive,
  inodes_free_pct: positive,
  lag_warn_windows: count,
  lag_warn_polls: count,
  lag_critical_windows: count,
  stall_window_periods: positive,
  stall_head_windows: count,
  /** Windows of a compressed run are as short as the waits of a busy host: below this nothing stands still. */
  stall_least_s: positive,
  /** A log may name windows that are about to come; beyond these it tells of a chain that is gone. */
  log_ahead_windows: count,
  heartbeat_per_hour: positive,
  heartbeat_ratio_low: positive,
  heartbeat_ratio_high: positive,
  heartbeat_periods: count,
  /** Fewer expected pings than these are not a ratio yet. */
  heartbeat_min_expected: positive,
  /** Pings by which a count may differ because it is cut at whole pings, one at either end. */
  heartbeat_slack: z.number().nonnegative(),
  flap_closes_per_hour: positive,
  load_per_core: positive,
  swap_pct: positive,
  psi_mem_full_pct: positive,
  rss_low_bytes: positive,
  rss_slope_mib_per_hour: positive,
  rss_slope_hours: positive,
  skew_periods: positive,
  coverage_min: z.number().min(0).max(1),
  gap_periods: positive,
  unreachable_critical_polls: count,
  link_polls: count,
  clock_warn_ms: positive,
  clock_critical_ms: positive,
  sync_warn_periods: positive,
  sync_critical_periods: positive,
  /** Period of each sync job by its name, s. */
  job_period_s: z.record(z.string(), positive),
  document_warn_days: positive,
  /** Window periods for which a restart, or the end of a drill, explains what follows. */
  cause_window_periods: positive,
  /** Time that a run must cover before a row may rest on it, s: spec operations 8. */
  claim_span_s: positive,
})

export type Thresholds = z.infer<typeof thresholdsSchema>
