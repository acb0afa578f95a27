import { dashboard, panel, quantile, stat } from './dashboard.mjs'

const rate = (metric, by, scale = '') => [
  `sum by (${by.join(', ')}) (rate(${metric}[$__rate_interval]))${scale}`,
  by.map((label) => `{{${label}}}`).join(' '),
]

/** What runs beside the node. */
export const services = dashboard({
  uid: 'montana-services',
  title: 'Montana: services',
  description: 'Failover, mirrors of repositories, and the jobs of a host.',
  rows: [
    [
      'Failover',
      [
        panel('Role', 'none', ['montana_failover_info == 1', '{{instance}} {{policy}} {{role}} {{mode}}']),
        panel(
          'Epoch',
          'none',
          ['max by (policy) (montana_failover_epoch_counter)', '{{policy}} counter'],
          ['max by (policy) (montana_failover_epoch_rank)', '{{policy}} rank'],
        ),
        panel('Place of the leader in the chain', 'none', [
          'montana_failover_epoch_host_index',
          '{{instance}} {{policy}}',
        ]),
        panel('Last sign of life', 's', ['montana_failover_heartbeat_age_seconds', '{{instance}} of {{host}}']),
        panel('Round trip', 's', ['montana_failover_round_trip_seconds', '{{instance}} to {{host}}']),
        panel('Heartbeats without answer', 'ops', rate('montana_failover_heartbeat_misses_total', ['host'])),
        panel('Changes of role', 'none', [
          'sum by (policy, rule) (increase(montana_failover_transitions_total[$__range]))',
          '{{policy}} {{rule}}',
        ]),
        panel('Without a service', 's', [quantile(0.99, 'montana_failover_gap_seconds', '', 'policy'), '{{policy}}']),
        panel(
          'Refused by a sink, and overlaps',
          'none',
          ['sum by (policy) (increase(montana_failover_fence_rejections_total[$__range]))', '{{policy}} refused'],
          ['sum by (policy) (increase(montana_failover_overlaps_total[$__range]))', '{{policy}} overlaps'],
        ),
        panel('Longest turn of the decision loop', 's', ['montana_failover_loop_gap_seconds']),
      ],
    ],
    [
      'Mirrors',
      [
        panel('Behind, commits', 'none', ['montana_mirror_lag_commits', '{{mirror}}']),
        panel('Behind, time', 's', ['montana_mirror_lag_seconds', '{{mirror}}']),
        panel('Since a layer was in step', 's', [
          'time() - montana_mirror_last_success_timestamp_seconds',
          '{{mirror}} {{layer}}',
        ]),
        panel('Attempts', 'ops', rate('montana_mirror_attempts_total', ['mirror', 'outcome', 'code'])),
        panel('A push, p90', 's', [quantile(0.9, 'montana_mirror_push_duration_seconds', '', 'mirror'), '{{mirror}}']),
        panel('Queue', 'none', ['montana_mirror_queue_jobs', '{{state}}']),
        panel('Drift', 'none', [
          'sum by (mirror, layer, kind) (montana_mirror_drift_items)',
          '{{mirror}} {{layer}} {{kind}}',
        ]),
        panel('Rescued tips', 'none', ['montana_mirror_rescue_refs', '{{mirror}}']),
        panel('Until a credential ends', 's', [
          'montana_mirror_credential_expiry_timestamp_seconds - time()',
          '{{mirror}}',
        ]),
        panel(
          'Permit and record',
          's',
          ['montana_mirror_permit_remaining_seconds', 'permit'],
          ['montana_mirror_record_age_seconds', 'age of the record'],
        ),
        stat(
          'Verdict of the sentinel',
          'none',
          ['montana_mirror_verdict == 1', '{{verdict}}'],
          ['montana_mirror_epoch', 'epoch'],
        ),
      ],
    ],
    [
      'Jobs',
      [
        panel('Since a job succeeded', 's', [
          'time() - montana_job_last_success_timestamp_seconds',
          '{{instance}} {{job}}',
        ]),
        panel('Runs', 'ops', rate('montana_job_runs_total', ['job', 'result'])),
        panel('Time of a run, p99', 's', [quantile(0.99, 'montana_job_seconds', '', 'job'), '{{job}}']),
      ],
    ],
  ],
})
