// Alerts for the findings of the watchdog, from its own thresholds and remedies: what metrics can see is judged here as
// there, and the rest by the number that the latest report leaves.

const NODE = '{job="montana-node"}'
/** Three evaluations. */
const SOON = '3m'
/** Two polls of five minutes, and a bit. */
const TWO_POLLS = '11m'

/** `t`: soak/thresholds.v1.json; `remedies`: of @montana/soak. Each alert names its finding. */
export function findingAlerts(t, remedies) {
  const alert = (name, finding, key, severity, expr, summary, wait = SOON) => ({
    alert: name,
    expr,
    for: wait,
    labels: { severity, finding },
    annotations: { summary, remedy: remedies[finding][key] },
  })
  /** What only the watchdog sees. */
  const reported = (name, finding, key, summary) =>
    alert(name, finding, key, 'critical', `sum by (severity) (montana_findings_open{id="${finding}"}) > 0`, summary)

  const hours = (window) => `increase(montana_connections_closed_total{peer!="other"}[${window}])`
  const sent = 'sum by (instance, peer) (montana_peer_pings_sent_total{peer!="other"})'
  const ended = 'sum by (instance, peer) (montana_peer_pings_total{peer!="other"})'
  const connected = 'min_over_time(sum by (instance, peer) (montana_peer_connections{peer!="other"})[10m:1m]) >= 1'
  const pings = 'sum by (instance, peer) (increase(montana_peer_pings_total{result="ok",peer!="other"}[10m]))'
  const expected = (t.heartbeat_per_hour * 10) / 60
  const period = '(rate(montana_cement_seconds_sum[6h]) / rate(montana_cement_seconds_count[6h]))'
  const starts = (window) => `changes(process_start_time_seconds${NODE}[${window}])`

  return [
    alert(
      'NodeCrashLoop',
      'F-CRASHLOOP',
      'process',
      'critical',
      `${starts('10m')} > ${t.crash_exits} or ${starts('1d')} > ${t.crash_restarts}`,
      '{{ $labels.instance }} is started again and again',
    ),
    reported(
      'FatalErrorRepeats',
      'F-EACCES',
      'fatal',
      'a process is restarted although its error cannot go away by itself',
    ),
    alert(
      'DiskFull',
      'F-DISK',
      'space',
      'critical',
      `montana_store_read_only == 1 or montana_disk_free_bytes / montana_disk_total_bytes < ${t.disk_free_pct / 100} or montana_inodes_free / montana_inodes_total < ${t.inodes_free_pct / 100}`,
      '{{ $labels.instance }} has little space or few inodes left, or waits for them',
    ),
    alert(
      'NodeBehind',
      'F-LAG',
      'node',
      'warning',
      `montana_lag_windows > ${t.lag_warn_windows}`,
      '{{ $labels.instance }} is {{ $value }} windows behind',
    ),
    alert(
      'NodeFarBehind',
      'F-LAG',
      'node',
      'critical',
      `montana_lag_windows > ${t.lag_critical_windows}`,
      '{{ $labels.instance }} is {{ $value }} windows behind',
    ),
    alert(
      'NodeStandsStill',
      'F-STALL',
      'mesh',
      'critical',
      `(montana_window_age_seconds > ${t.stall_window_periods} * ${period} and montana_window_age_seconds > ${t.stall_least_s}) or (delta(montana_head_window[5m]) >= ${t.stall_head_windows} and changes(montana_window[5m]) == 0)`,
      '{{ $labels.instance }} does not advance',
    ),
    alert(
      'WindowWentDown',
      'F-REGRESS',
      'state',
      'critical',
      'resets(montana_window[15m]) > 0',
      'the window of {{ $labels.instance }} went down',
    ),
    alert(
      'HeartbeatsOutOfRange',
      'F-HB-RANGE',
      'pings',
      'warning',
      `(${pings} / ${expected} < ${t.heartbeat_ratio_low} or ${pings} / ${expected} > ${t.heartbeat_ratio_high}) and ${connected}`,
      '{{ $labels.instance }} has {{ $value }} of the pings with {{ $labels.peer }} that its connection makes one expect',
    ),
    alert(
      'HeartbeatsContradict',
      'F-HB-CONTRA',
      'counters',
      'critical',
      `${sent} - ${ended} < 0 or ${sent} - ${ended} > ${t.heartbeat_slack}`,
      '{{ $labels.instance }} counts pings to {{ $labels.peer }} that cannot all be true',
    ),
    alert(
      'ConnectionFlaps',
      'F-FLAP',
      'link',
      'warning',
      `sum by (instance, peer) (${hours('1h')}) > ${t.flap_closes_per_hour}`,
      'connections of {{ $labels.instance }} with {{ $labels.peer }} closed {{ $value }} times within an hour',
    ),
    alert(
      'ClassicalHandshake',
      'F-CLASSICAL',
      'handshake',
      'critical',
      'sum by (instance) (increase(montana_handshakes_total{suite="none",result="ok"}[1h])) > 0',
      '{{ $labels.instance }} set up connections without post-quantum keys',
    ),
    reported('StopTimedOut', 'F-STOPTIMEOUT', 'unit', 'a unit did not stop in time'),
    alert(
      'HostOverloaded',
      'F-RESOURCE',
      'load',
      'warning',
      `montana_load1 / montana_cores > ${t.load_per_core}`,
      'the load of {{ $labels.instance }} is {{ $value }} for each core',
    ),
    alert(
      'HostSwaps',
      'F-RESOURCE',
      'swap',
      'warning',
      `montana_swap_used_bytes / montana_memory_total_bytes > ${t.swap_pct / 100}`,
      '{{ $labels.instance }} has {{ $value | humanizePercentage }} of its memory in swap',
    ),
    alert(
      'HostShortOfMemory',
      'F-RESOURCE',
      'memory',
      'warning',
      `montana_psi_ratio{resource="memory",kind="full"} > ${t.psi_mem_full_pct / 100}`,
      'everything on {{ $labels.instance }} waits for memory {{ $value | humanizePercentage }} of the time',
    ),
    alert(
      'MemoryTooLow',
      'F-RSS',
      'low',
      'info',
      `process_resident_memory_bytes${NODE} < ${t.rss_low_bytes}`,
      'what is measured on {{ $labels.instance }} is no node, or is swapped out',
    ),
    alert(
      'MemoryGrows',
      'F-RSS',
      'slope',
      'warning',
      `deriv(process_resident_memory_bytes${NODE}[${t.rss_slope_hours}h]) * 3600 > ${t.rss_slope_mib_per_hour * 2 ** 20} and time() - process_start_time_seconds${NODE} > ${t.rss_slope_hours * 3600}`,
      'the memory of {{ $labels.instance }} grows by {{ $value | humanize1024 }}B an hour',
    ),
    alert(
      'BuildsDiffer',
      'F-SKEW',
      'release',
      'critical',
      'count(count by (version, revision, bundle) (montana_build_info == 1)) > 1 or count(count by (version) (montana_document_info{kind="manifest"} == 1)) > 1',
      'nodes run different builds, or have different manifests in force',
      TWO_POLLS,
    ),
    alert(
      'CoverageLow',
      'F-COVERAGE',
      'polls',
      'critical',
      `montana_soak_coverage_ratio < ${t.coverage_min}`,
      'the watchdog has {{ $value | humanizePercentage }} of the polls of the latest report',
    ),
    alert(
      'WatchdogSilent',
      'F-COVERAGE',
      'polls',
      'critical',
      'increase(montana_soak_polls_total{result="ok"}[15m]) == 0',
      'the watchdog left no record for a quarter of an hour',
    ),
    reported('ClaimLongerThanRun', 'F-SHORTRUN', 'claim', 'more is claimed than was run'),
    reported('PhaseClaimed', 'F-PHASE', 'claim', '"active" is claimed of a node that only follows'),
    reported('VerdictContradicted', 'F-VERDICT', 'report', 'PASS was said while a critical finding is open'),
    alert(
      'Fork',
      'F-FORK',
      'nodes',
      'critical',
      'sum by (instance) (increase(montana_findings_total{code="ForkDetected"}[1h])) > 0 or sum by (severity) (montana_findings_open{id="F-FORK"}) > 0',
      'one window has two headers or two state roots',
    ),
    alert(
      'NodeUnreachable',
      'F-UNREACH',
      'node',
      'warning',
      `up${NODE} == 0`,
      '{{ $labels.instance }} does not answer',
    ),
    alert(
      'NodeAway',
      'F-UNREACH',
      'node',
      'critical',
      `up${NODE} == 0`,
      '{{ $labels.instance }} has not answered for ten minutes',
      TWO_POLLS,
    ),
    alert(
      'NodeRestarted',
      'F-RESTART',
      'process',
      'warning',
      `${starts('15m')} > 0`,
      '{{ $labels.instance }} was started again',
    ),
    alert(
      'LinkDown',
      'F-LINK',
      'link',
      'critical',
      'montana_peer_healthy{peer!="other"} == 0',
      '{{ $labels.instance }} and {{ $labels.peer }} do not hear each other',
      TWO_POLLS,
    ),
    reported('ClockOff', 'F-CLOCK', 'offset', 'the wall clock of a node differs from that of the watchdog'),
    reported('RecordsDamaged', 'F-CHAIN', 'file', 'records of the watchdog are damaged'),
    ...Object.entries(t.job_period_s).flatMap(([job, seconds]) => {
      const age = `time() - montana_job_last_success_timestamp_seconds{job="${job}"}`
      const summary = `the job ${job} of {{ $labels.instance }} has not succeeded for {{ $value | humanizeDuration }}`
      return [
        alert('JobLate', 'F-SYNC', 'job', 'warning', `${age} > ${t.sync_warn_periods * seconds}`, summary),
        alert('JobFails', 'F-SYNC', 'job', 'critical', `${age} > ${t.sync_critical_periods * seconds}`, summary),
      ]
    }),
    alert(
      'DocumentEnds',
      'F-DOC',
      'document',
      'warning',
      `montana_document_not_after_timestamp_seconds - time() < ${t.document_warn_days * 86_400}`,
      'the {{ $labels.kind }} in force on {{ $labels.instance }} ends in {{ $value | humanizeDuration }}',
    ),
    alert(
      'DocumentEnded',
      'F-DOC',
      'document',
      'critical',
      'montana_document_not_after_timestamp_seconds - time() < 0',
      'the {{ $labels.kind }} in force on {{ $labels.instance }} has ended',
    ),
    alert(
      'DocumentRolledBack',
      'F-DOC',
      'document',
      'warning',
      'sum by (instance, kind) (increase(montana_document_refused_total{code="DOC_ROLLBACK"}[1h])) > 0',
      'an older {{ $labels.kind }} was offered to {{ $labels.instance }}',
    ),
    alert(
      'DocumentTwice',
      'F-DOC',
      'document',
      'critical',
      'sum by (instance, kind) (increase(montana_document_refused_total{code="DOC_EQUIVOCATION"}[1h])) > 0',
      'two {{ $labels.kind }}s of one version were signed',
    ),
  ]
}

/** Findings that no alert is for, each with its reason: none at present. */
export const WITHOUT_ALERT = {}
