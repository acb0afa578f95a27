import { dashboard, labelVariable, panel, quantile, stat } from './dashboard.mjs'

const OWN = '{instance=~"$node"}'
const rate = (metric) => `rate(${metric}${OWN}[$__rate_interval])`
const sumBy = (label, metric) => [`sum by (${label}) (${rate(metric)})`, `{{${label}}}`]

/** One node from its clock to its sockets. */
export const node = dashboard({
  uid: 'montana-node',
  title: 'Montana: node',
  description: 'One node, or several: clock, store, catching up, ledger messages, connections, handshakes, host.',
  variables: [labelVariable('node', 'instance', 'montana_window')],
  rows: [
    [
      'Clock',
      [
        panel(
          'Steps per second',
          'none',
          [`montana_clock_steps_per_second${OWN}`],
          [rate('montana_clock_steps_total'), '{{instance}} used'],
        ),
        panel('Window on the own clock', 's', [`montana_clock_window_seconds${OWN}`]),
        panel('Steps of the next window', 'none', [`montana_difficulty_steps${OWN}`]),
        stat('Backend', 'none', [`montana_clock_backend_info${OWN} == 1`, '{{instance}} {{backend}}']),
        panel('Proofs', 'ops', [
          `sum by (purpose, verdict) (${rate('montana_clock_proofs_total')})`,
          '{{purpose}} {{verdict}}',
        ]),
        panel('Checking a proof, p99', 's', [
          quantile(0.99, 'montana_proof_verify_seconds', OWN, 'policy'),
          '{{policy}}',
        ]),
      ],
    ],
    [
      'Store and disk',
      [
        panel(
          'Commit',
          's',
          [quantile(0.5, 'montana_store_commit_seconds', OWN), 'median'],
          [quantile(0.99, 'montana_store_commit_seconds', OWN), 'p99'],
        ),
        panel('Store', 'bytes', [`montana_store_bytes${OWN}`]),
        panel(
          'Disk free',
          'bytes',
          [`montana_disk_free_bytes${OWN}`],
          [`montana_disk_total_bytes${OWN}`, '{{instance}} size'],
        ),
        panel('Inodes free', 'none', [`montana_inodes_free${OWN}`], [`montana_inodes_total${OWN}`, '{{instance}} all']),
        panel(
          'Waits for space',
          'none',
          [`montana_store_read_only${OWN}`],
          [rate('montana_store_writes_refused_total'), '{{instance}} refused'],
        ),
        panel(
          'Mended, and lines of log lost',
          'none',
          [`montana_store_mended_total${OWN}`, '{{instance}} mended'],
          [`montana_log_lines_lost${OWN}`, '{{instance}} lines lost'],
        ),
      ],
    ],
    [
      'Catching up',
      [
        panel('Progress', 'percentunit', [`montana_sync_progress_ratio${OWN}`, '{{instance}} {{mode}}']),
        panel(
          'Windows left',
          'none',
          [`montana_catch_up_left_windows${OWN}`],
          [`montana_catch_up_windows_per_second${OWN}`, '{{instance}} per second'],
        ),
        panel(
          'Fetched',
          'Bps',
          [`sum by (mode, result) (${rate('montana_sync_bytes_total')})`, '{{mode}} {{result}}'],
          [rate('montana_replay_windows_total'), '{{instance}} windows'],
        ),
        panel(
          'States served',
          'none',
          [`montana_snapshot_anchors${OWN}`],
          [`montana_snapshot_frozen_rows${OWN}`, '{{instance}} rows kept'],
        ),
        panel('Bytes of states served', 'bytes', [`montana_snapshot_bytes_served${OWN}`]),
      ],
    ],
    [
      'Messages of the ledger',
      [
        panel('By outcome', 'ops', [
          `sum by (kind, outcome) (${rate('montana_ledger_messages_total')})`,
          '{{kind}} {{outcome}}',
        ]),
        panel('Envelopes refused', 'ops', sumBy('code', 'montana_envelopes_rejected_total')),
        panel('Incidents', 'ops', sumBy('code', 'montana_incidents_total')),
      ],
    ],
    [
      'Peers',
      [
        panel(
          'Connections',
          'none',
          [`montana_connections${OWN}`, '{{instance}} {{direction}}'],
          [`montana_ext_peers${OWN}`, '{{instance}} extension'],
        ),
        panel('By peer and suite', 'none', [`montana_peer_connections${OWN}`, '{{peer}} {{suite}}']),
        panel('Closed', 'ops', [
          `sum by (peer, cause) (${rate('montana_connections_closed_total')})`,
          '{{peer}} {{cause}}',
        ]),
        panel(
          'Dials',
          'ops',
          [`sum by (peer, result) (${rate('montana_dials_total')})`, '{{peer}} {{result}}'],
          [`montana_dial_backoff_seconds${OWN}`, '{{peer}} waits'],
        ),
        panel(
          'Pings',
          'ops',
          [`sum by (peer, result) (${rate('montana_peer_pings_total')})`, '{{peer}} {{result}}'],
          [`sum by (peer) (${rate('montana_peer_pings_sent_total')})`, '{{peer}} sent'],
        ),
        panel('Requests', 'ops', [
          `sum by (direction, type, result) (${rate('montana_messages_total')})`,
          '{{direction}} {{type}} {{result}}',
        ]),
        panel('Bytes of requests', 'Bps', [
          `sum by (direction, type) (${rate('montana_message_bytes_total')})`,
          '{{direction}} {{type}}',
        ]),
        panel('Time of a request, p99', 's', [quantile(0.99, 'montana_request_seconds', OWN, 'type'), '{{type}}']),
        panel(
          'Waiting to be sent',
          'bytes',
          [`montana_outbound_queue_bytes${OWN}`, '{{peer}}'],
          [`sum by (type) (${rate('montana_outbound_dropped_total')})`, '{{type}} dropped'],
        ),
        panel(
          'Violations',
          'ops',
          [`sum by (type, limit) (${rate('montana_limit_violations_total')})`, '{{type}} {{limit}}'],
          [`montana_peer_score${OWN}`, '{{peer}} score'],
        ),
        panel(
          'Bans',
          'none',
          [`montana_bans_active${OWN}`],
          [`sum by (reason) (${rate('montana_bans_total')})`, '{{reason}}'],
        ),
        panel('Sessions that were not hybrid', 'none', [
          `sum by (peer) (increase(montana_downgrades_total${OWN}[$__range]))`,
          '{{peer}}',
        ]),
      ],
    ],
    [
      'Handshakes and frames',
      [
        panel('Handshakes', 'ops', [
          `sum by (direction, suite, result) (${rate('montana_handshakes_total')})`,
          '{{direction}} {{suite}} {{result}}',
        ]),
        panel('Time of a handshake, p99', 's', [
          quantile(0.99, 'montana_handshake_seconds', OWN, 'direction', 'suite'),
          '{{direction}} {{suite}}',
        ]),
        panel(
          'In progress, and refused',
          'none',
          [`montana_handshakes_in_progress${OWN}`, '{{direction}}'],
          [`sum by (lane, reason) (${rate('montana_handshake_refused_total')})`, '{{lane}} {{reason}}'],
        ),
        panel(
          'Permits and signatures',
          'ops',
          [`sum by (lane) (${rate('montana_handshake_permits_total')})`, '{{lane}} permits'],
          [`sum by (lane) (${rate('montana_handshake_signatures_total')})`, '{{lane}} signatures'],
        ),
        panel(
          'Frames',
          'ops',
          [`sum by (direction, suite) (${rate('montana_frames_total')})`, '{{direction}} {{suite}}'],
          [`sum by (code) (${rate('montana_frame_errors_total')})`, '{{code}}'],
          [`sum by (direction) (${rate('montana_rekeys_total')})`, '{{direction}} new keys'],
        ),
        panel('Bytes of frames', 'Bps', [
          `sum by (direction, suite) (${rate('montana_frame_bytes_total')})`,
          '{{direction}} {{suite}}',
        ]),
        panel(
          'Post-quantum operations, p99',
          's',
          [quantile(0.99, 'montana_crypto_seconds', OWN, 'op', 'backend'), '{{op}} {{backend}}'],
          [`montana_crypto_queue_length${OWN}`, '{{instance}} wait'],
        ),
      ],
    ],
    [
      'Host',
      [
        panel(
          'Memory of the process',
          'bytes',
          [`montana_resident_memory_bytes${OWN}`],
          [`process_resident_memory_bytes${OWN}`, '{{instance}} at scrape'],
        ),
        panel(
          'Processor time',
          'none',
          [rate('process_cpu_seconds_total')],
          [`nodejs_eventloop_lag_p99_seconds${OWN}`, '{{instance}} loop p99, s'],
          [`montana_event_loop_delay_p99_seconds${OWN}`, '{{instance}} timers late, s'],
        ),
        panel(
          'Load and cores',
          'none',
          [`montana_load1${OWN}`, '{{instance}} load'],
          [`montana_cores${OWN}`, '{{instance}} cores'],
        ),
        panel(
          'Memory and swap of the host',
          'bytes',
          [`montana_memory_total_bytes${OWN}`, '{{instance}} memory'],
          [`montana_swap_used_bytes${OWN}`, '{{instance}} swap used'],
        ),
        panel('Waited for', 'percentunit', [`montana_psi_ratio${OWN}`, '{{resource}} {{kind}}']),
        panel(
          'Open files',
          'none',
          [`montana_open_files${OWN}`],
          [`time() - process_start_time_seconds${OWN}`, '{{instance}} up, s'],
        ),
      ],
    ],
  ],
})
