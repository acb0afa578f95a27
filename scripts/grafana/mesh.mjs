import { dashboard, panel, quantile, stat } from './dashboard.mjs'

const LAG = 'montana_lag_windows'

/** All nodes beside each other. */
export const mesh = dashboard({
  uid: 'montana-mesh',
  title: 'Montana: mesh',
  description: 'All nodes of a mesh beside each other: do they agree on where they are, and do they hear each other?',
  rows: [
    [
      'Where the mesh is',
      [
        stat('Head', 'none', ['max(montana_head_window)', 'head']),
        stat('Nodes that answer', 'none', ['sum(up{job="montana-node"})', 'up']),
        stat('Synced', 'none', ['sum(montana_synced)', 'synced']),
        panel('Window by node', 'none', ['montana_window']),
        panel('Windows behind', 'none', [LAG]),
        panel('Age of the head', 's', ['montana_window_age_seconds']),
        panel(
          'Time between windows',
          's',
          [quantile(0.5, 'montana_cement_seconds', ''), 'median'],
          [quantile(0.99, 'montana_cement_seconds', ''), 'p99'],
        ),
        panel('Windows cemented', 'none', [
          'rate(montana_windows_cemented_total[$__rate_interval]) * 60',
          '{{instance}} a minute',
        ]),
        panel('Confirmed weight of the head', 'percentunit', ['montana_quorum_weight_ratio']),
      ],
    ],
    [
      'Who takes part',
      [
        panel('Phase', 'none', ['montana_phase == 1', '{{instance}} {{phase}}']),
        panel('Proposer', 'none', ['max by (label) (montana_proposer)', '{{label}}']),
        panel(
          'Members and candidates',
          'none',
          ['max(montana_members)', 'members'],
          ['max(montana_candidates)', 'candidates'],
        ),
        panel('Round of the vote', 'none', ['montana_vote_round']),
        panel('Proposals', 'ops', ['sum by (result) (rate(montana_proposals_total[$__rate_interval]))', '{{result}}']),
        panel('Confirmations heard', 'ops', [
          'sum by (result) (rate(montana_confirmations_total[$__rate_interval]))',
          '{{result}}',
        ]),
        panel('Equivocations', 'none', ['sum by (kind) (increase(montana_equivocations_total[$__range]))', '{{kind}}']),
        panel('Findings of nodes', 'none', ['sum by (code) (increase(montana_findings_total[$__range]))', '{{code}}']),
        panel('Held back by', 'none', ['montana_degraded == 1', '{{instance}} {{code}}']),
      ],
    ],
    [
      'Who hears whom',
      [
        panel('Peers that answer', 'none', ['sum by (instance) (montana_peer_healthy)']),
        panel('Round trip, p99', 's', [
          quantile(0.99, 'montana_peer_rtt_seconds', '', 'instance', 'peer'),
          '{{instance}} to {{peer}}',
        ]),
        panel('Missed pings in a row', 'none', ['montana_peer_consecutive_misses > 0', '{{instance}} to {{peer}}']),
      ],
    ],
    [
      'What runs',
      [
        stat('Builds', 'none', ['count by (version, revision) (montana_build_info == 1)', '{{version}} {{revision}}']),
        stat('Documents in force', 'none', [
          'count by (kind, version) (montana_document_info == 1)',
          '{{kind}} {{version}}',
        ]),
        panel('Until a document ends', 's', [
          'montana_document_not_after_timestamp_seconds - time()',
          '{{instance}} {{kind}}',
        ]),
        panel('Documents refused', 'none', [
          'sum by (kind, code) (increase(montana_document_refused_total[$__range]))',
          '{{kind}} {{code}}',
        ]),
      ],
    ],
  ],
})
