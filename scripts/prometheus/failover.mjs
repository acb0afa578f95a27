/** Alerts of the failover agents; the mirror has its own, in mirror.rules.yml. */
export const failoverAlerts = [
  {
    alert: 'FailoverOverlap',
    expr: 'sum by (policy) (increase(montana_failover_overlaps_total[1h])) > 0',
    labels: { severity: 'critical' },
    annotations: {
      summary: 'two acting leaders of {{ $labels.policy }} met',
      remedy: 'see `montana failover history` on both hosts; docs/failover.md names the cases in which this can be',
    },
  },
  {
    alert: 'FailoverNobodyActs',
    expr: 'sum by (policy) (montana_failover_info{role="master"}) == 0',
    for: '3m',
    labels: { severity: 'critical' },
    annotations: {
      summary: 'no host acts for {{ $labels.policy }}',
      remedy: 'see `montana failover status`: it says of each host why it does not act',
    },
  },
  {
    alert: 'FailoverPeerSilent',
    expr: 'montana_failover_heartbeat_age_seconds > 60',
    for: '3m',
    labels: { severity: 'warning' },
    annotations: {
      summary: '{{ $labels.instance }} has not heard {{ $labels.host }} for {{ $value | humanizeDuration }}',
      remedy: 'see whether the host, its agent or the way to it is gone; one host less bears one death less',
    },
  },
  {
    alert: 'FailoverLoopSlow',
    expr: 'montana_failover_loop_gap_seconds > 1',
    for: '3m',
    labels: { severity: 'warning' },
    annotations: {
      summary: 'the decision loop of {{ $labels.instance }} stood still for {{ $value | humanizeDuration }}',
      remedy: 'the host is overloaded: its watchdog ends an agent that is silent for two seconds',
    },
  },
]
