import type { Severity } from '../report/schema.js'
import type { Thresholds } from '../thresholds/schema.js'
import type { FindingId } from './types.js'

/** One kind of finding as the operator's guide explains it; the finding itself says what was seen and where. */
export interface CatalogueEntry {
  readonly severities: readonly Severity[]
  /** When it is raised, in the bounds of `thresholds`. */
  when(thresholds: Thresholds): string
  /** What it most often means. */
  readonly means: string
  /** With what to look closer; what to do is in {@link REMEDIES}. */
  readonly look: string
}

const hours = (seconds: number) => `${seconds / 3600} h`
const minutes = (seconds: number) => `${seconds / 60} min`
const percent = (part: number) => `${part * 100} %`
const megabytes = (bytes: number) => `${bytes / 1e6} MB`

/** Every finding of a report, in the order of spec operations 5. */
export const FINDING_CATALOGUE: Readonly<Record<FindingId, CatalogueEntry>> = {
  'F-CRASHLOOP': {
    severities: ['critical'],
    when: (t) =>
      `more than ${t.crash_exits} exits in ${minutes(t.crash_exits_window_s)}, or more than ${t.crash_restarts} restarts in ${hours(t.crash_restarts_window_s)}`,
    means: 'a start that cannot succeed is repeated',
    look: '`journalctl -u montana-node -n 50`',
  },
  'F-EACCES': {
    severities: ['critical'],
    when: (t) => `the same fatal error at ${t.fatal_restarts} restarts or more`,
    means: 'a folder belongs to another user, or a file that is named is not there',
    look: '`montana doctor`',
  },
  'F-DISK': {
    severities: ['critical'],
    when: (t) =>
      `a write was refused for want of space; or less than ${t.disk_free_pct} % of space or ${t.inodes_free_pct} % of inodes is left`,
    means: 'the node pauses on a full disk and signs nothing meanwhile; the watchdog loses records',
    look: '`df -h /var/lib/montana`; `keepWindows` in `node.yaml` bounds what a store keeps',
  },
  'F-LAG': {
    severities: ['warning', 'critical'],
    when: (t) =>
      `more than ${t.lag_warn_windows} window behind the head in ${t.lag_warn_polls} polls running; critical above ${t.lag_critical_windows} windows`,
    means: 'the host is too slow or too busy, or its links are bad',
    look: '`montana status`, `montana clock calibrate`',
  },
  'F-STALL': {
    severities: ['critical'],
    when: (t) =>
      `no window for more than ${t.stall_window_periods} window periods, or none while the head advanced ${t.stall_head_windows} windows`,
    means:
      'on all nodes: fewer than 67 % of the weight are up, and standing still is right; on one: it is cut off or stuck',
    look: '`montana status`, `montana peers`',
  },
  'F-REGRESS': {
    severities: ['critical'],
    when: () => 'the window of a node goes down, or its log speaks of windows far above the head',
    means: 'a store was lost, reset or replaced by an older copy',
    look: '`montana windows verify`, `montana journal show`',
  },
  'F-HB-RANGE': {
    severities: ['warning'],
    when: (t) =>
      `answered pings outside ${t.heartbeat_ratio_low} to ${t.heartbeat_ratio_high} of the expected over ${t.heartbeat_periods} periods`,
    means: 'too few: a peer that is overloaded or frozen; too many: something else is counted',
    look: '`montana peers`',
  },
  'F-HB-CONTRA': {
    severities: ['critical'],
    when: () => 'counters that cannot all be true, such as a part that exceeds its whole',
    means: 'the numbers come from another process than believed',
    look: '`montana status`',
  },
  'F-FLAP': {
    severities: ['warning'],
    when: (t) => `more than ${t.flap_closes_per_hour} closed connections per hour and peer`,
    means: 'a middle box with an idle limit, or two builds that refuse each other',
    look: '`montana peers`: the code of the latest dial',
  },
  'F-CLASSICAL': {
    severities: ['critical'],
    when: () => 'any handshake without a post-quantum part in a run that was declared post-quantum only',
    means: 'another program speaks on that port, or an old build',
    look: '`montana peers`: the profile in use with each',
  },
  'F-STOPTIMEOUT': {
    severities: ['warning'],
    when: () => 'a unit that ended with the result `timeout`',
    means: 'a stop waited for something that does not end',
    look: '`journalctl -u montana-node`',
  },
  'F-RESOURCE': {
    severities: ['warning'],
    when: (t) =>
      `load per core above ${t.load_per_core}, swap above ${t.swap_pct} % of the memory, or memory pressure above ${t.psi_mem_full_pct} %`,
    means: 'the host does more than it can',
    look: '`res` in `/status.json`',
  },
  'F-RSS': {
    severities: ['info', 'warning'],
    when: (t) =>
      `a process below ${megabytes(t.rss_low_bytes)} (info), or one that surely grows by more than ${t.rss_slope_mib_per_hour} MiB an hour over ${t.rss_slope_hours} h`,
    means: 'the wrong process was measured; or memory is not given back',
    look: '`res` in `/status.json`',
  },
  'F-SKEW': {
    severities: ['critical'],
    when: (t) => `another build, bundle or manifest than most for more than ${t.skew_periods} periods`,
    means: 'an upgrade or a manifest did not reach that host',
    look: '`montana version`, `montana manifest show`',
  },
  'F-COVERAGE': {
    severities: ['critical'],
    when: (t) =>
      `fewer than ${percent(t.coverage_min)} of the polls are there, of the run or of one node, or a gap of more than ${t.gap_periods} periods`,
    means: 'nobody knows what happened in between, and no claim may rest on it',
    look: '`systemctl list-timers`, `montana soak verify`',
  },
  'F-SHORTRUN': {
    severities: ['critical'],
    when: () => 'a claim over more time than a node was up without a declared restart',
    means: 'a node restarted within the span that is claimed',
    look: 'section 3 of the report',
  },
  'F-PHASE': {
    severities: ['warning'],
    when: () => 'a claim says "active" while a node is in another phase',
    means: 'connected is not validating: a newcomer first does the work of a candidate',
    look: '`montana status`',
  },
  'F-VERDICT': {
    severities: ['critical'],
    when: () => 'a claim or an earlier report says PASS while a critical finding is open in its span',
    means: 'a verdict that its own evidence contradicts',
    look: 'section 8 of the report',
  },
  'F-FORK': {
    severities: ['critical'],
    when: () => 'one window with two header hashes or two state roots',
    means: 'somebody signed twice, or two stores were joined; the mesh must not go on unseen',
    look: '`montana windows verify`, `montana evidence list`',
  },
  'F-UNREACH': {
    severities: ['warning', 'critical'],
    when: (t) => `a node did not answer in one poll; critical in ${t.unreachable_critical_polls} polls running`,
    means: 'the process, the host or the way to it is gone',
    look: '`systemctl status montana-node`',
  },
  'F-RESTART': {
    severities: ['warning'],
    when: () => 'another process than before answers, without a declared stop',
    means: 'a crash, a kill for want of memory, or an undeclared upgrade',
    look: '`journalctl -u montana-node`, the kernel log for kills for want of memory',
  },
  'F-LINK': {
    severities: ['critical'],
    when: (t) => `two nodes that both answer have no connection with each other in ${t.link_polls} polls running`,
    means: 'a firewall or a route between exactly these two',
    look: '`montana peers` on both',
  },
  'F-CLOCK': {
    severities: ['warning', 'critical'],
    when: (t) =>
      `the wall clock is off by more than ${t.clock_warn_ms} ms beyond its error, or nobody sets it; critical above ${t.clock_critical_ms / 1000} s`,
    means: 'no time service, or none of its servers answers',
    look: '`timedatectl`, `montana doctor`',
  },
  'F-CHAIN': {
    severities: ['critical'],
    when: () => 'verification finds a line of the soak file changed, torn, missing or twice',
    means: 'the disk of the watchdog was full, or somebody edited the file',
    look: '`montana soak verify`',
  },
  'F-SYNC': {
    severities: ['warning', 'critical'],
    when: (t) =>
      `the last success of a sync job is older than ${t.sync_warn_periods} of its periods; critical from ${t.sync_critical_periods} on`,
    means: 'the timer runs and the job fails; what is in force stays in force until its own end',
    look: '`montana manifest sync --config /etc/montana/fleet.yaml`, `montana vpn sync --config /etc/montana/fleet.yaml`',
  },
  'F-DOC': {
    severities: ['warning', 'critical'],
    when: (t) =>
      `a signed document ends within ${t.document_warn_days} days or an older one was offered; critical when it has ended or two of one version were signed`,
    means: 'nobody has signed a new version, a source is stale, or an operator key signs twice',
    look: '`montana manifest show`, `montana vpn status`',
  },
}
