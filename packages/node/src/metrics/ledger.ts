import type { MetricsRegistry } from '@montana/foundation'
import { counter, following, gauge, one, several } from './kinds.js'

/** From a devnet's window to ten minutes without one: spec operations 14. */
const CEMENT_BUCKETS_S = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 40, 60, 90, 120, 300, 600] as const

/** Where this node stands in the chain, and what it heard. */
export function createLedgerMetrics(registry: MetricsRegistry) {
  const cement = registry.histogram({
    name: 'montana_cement_seconds',
    help: 'Time between two cemented windows, while this node follows',
    buckets: CEMENT_BUCKETS_S,
  })
  return {
    build: one(
      registry.gauge({
        name: 'montana_build_info',
        help: '1 for the build that runs',
        labels: ['version', 'revision', 'bundle'] as const,
      }),
    ),
    phase: one(
      registry.gauge({
        name: 'montana_phase',
        help: '1 for the phase of this node, 0 for those it was in before',
        labels: ['phase'] as const,
      }),
    ),
    degraded: several(
      registry.gauge({
        name: 'montana_degraded',
        help: '1 for what holds this node back now, 0 for what did before',
        labels: ['code'] as const,
      }),
      'code',
    ),
    synced: gauge(registry, 'montana_synced', '1 when this node follows the head of its peers'),
    window: gauge(registry, 'montana_window', 'Highest cemented window that this node has applied'),
    head: gauge(registry, 'montana_head_window', 'Highest cemented window of this node or of what a peer claims'),
    lag: gauge(registry, 'montana_lag_windows', 'Windows by which this node is behind that head'),
    windowAge: gauge(registry, 'montana_window_age_seconds', 'Since the last window was applied'),
    windowApplied: counter(registry, 'montana_windows_cemented_total', 'Cemented windows applied by this process'),
    cemented: (seconds: number) => cement.observe({}, seconds),
    proposals: following(
      registry.counter({
        name: 'montana_proposals_total',
        help: 'Proposals by result: sent, replayed, rejected, or gap for one of a window beyond the next',
        labels: ['result'] as const,
      }),
    ),
    confirmations: registry.counter({
      name: 'montana_confirmations_total',
      help: 'Confirmations heard, by what became of them',
      labels: ['result'] as const,
    }),
    equivocations: registry.counter({
      name: 'montana_equivocations_total',
      help: 'Pairs of statements of one node that exclude each other, by kind',
      labels: ['kind'] as const,
    }),
    quorumWeight: gauge(
      registry,
      'montana_quorum_weight_ratio',
      'Share of the active weight whose confirmation of the head is here',
    ),
    proposer: one(
      registry.gauge({
        name: 'montana_proposer',
        help: '1 for whoever may propose the open window in this round; other: a member outside the manifest',
        labels: ['label'] as const,
      }),
    ),
    messages: registry.counter({
      name: 'montana_ledger_messages_total',
      help: 'Messages of the ledger by what became of them',
      labels: ['kind', 'outcome'] as const,
    }),
    rejections: registry.counter({
      name: 'montana_envelopes_rejected_total',
      help: 'Envelopes refused by the first check that failed',
      labels: ['code'] as const,
    }),
    members: gauge(registry, 'montana_members', 'Nodes in the node table'),
    candidates: gauge(registry, 'montana_candidates', 'Candidates in the pool'),
    voteRound: gauge(registry, 'montana_vote_round', 'Round of the vote on the open window, 0 before it began'),
    incidents: registry.counter({
      name: 'montana_incidents_total',
      help: 'Messages of peers that were refused, by code; a duplicate or a stale one is the fault of nobody',
      labels: ['code'] as const,
    }),
    findings: registry.counter({
      name: 'montana_findings_total',
      help: 'Findings that this node raised about its peers or itself',
      labels: ['code'] as const,
    }),
  }
}
