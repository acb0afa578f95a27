import type { MetricsRegistry } from '@montana/foundation'
import type { PolicyDecision } from '../core/api.js'
import { splitEpoch } from '../epoch.js'
import type { HostStatus } from './status.js'

/** Every metric of the agent; units are in the names. Spec three-mirror 3.3. */
export function createFailoverMetrics(registry: MetricsRegistry) {
  const perPolicy = (name: string, help: string) => registry.gauge({ name, help, labels: ['policy'] as const })
  const perHost = (name: string, help: string) => registry.gauge({ name, help, labels: ['host'] as const })
  return {
    info: registry.gauge({
      name: 'montana_failover_info',
      help: '1 for the role and mode that hold now, 0 for those that held before',
      labels: ['policy', 'role', 'mode'] as const,
    }),
    epochCounter: perPolicy(
      'montana_failover_epoch_counter',
      'Counter of the epoch that this host takes for the leading one',
    ),
    epochRank: perPolicy('montana_failover_epoch_rank', 'Its rank: 3 leased, 2 majority, 1 other'),
    epochHost: perPolicy('montana_failover_epoch_host_index', 'Place of its host in the chain, from 0'),
    heartbeatAge: perHost('montana_failover_heartbeat_age_seconds', 'Since the last sign of life of a peer'),
    roundTrip: perHost('montana_failover_round_trip_seconds', 'Of the last heartbeat that was answered'),
    misses: registry.counter({
      name: 'montana_failover_heartbeat_misses_total',
      help: 'Heartbeats without answer',
      labels: ['host'] as const,
    }),
    transitions: registry.counter({
      name: 'montana_failover_transitions_total',
      help: 'Changes of role by the rule that asked for them',
      labels: ['policy', 'rule'] as const,
    }),
    gap: registry.histogram({
      name: 'montana_failover_gap_seconds',
      help: 'From the last sign of life of the former leader to the end of the promotion',
      labels: ['policy'] as const,
      buckets: [0.5, 1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 30],
    }),
    fenceRejections: registry.counter({
      name: 'montana_failover_fence_rejections_total',
      help: 'Effects that a sink refused because of a higher epoch',
      labels: ['policy'] as const,
    }),
    loopGap: registry.gauge({
      name: 'montana_failover_loop_gap_seconds',
      help: 'Longest time between two turns of the decision loop since the last scrape',
    }),
    overlaps: registry.counter({
      name: 'montana_failover_overlaps_total',
      help: 'Times that two acting leaders met',
      labels: ['policy'] as const,
    }),
  }
}

export type FailoverMetrics = ReturnType<typeof createFailoverMetrics>

/** The gauges of one turn. Labels of roles and modes that no longer hold are set to 0. */
export function showDecision(
  metrics: FailoverMetrics,
  decision: PolicyDecision,
  before: PolicyDecision | undefined,
): void {
  const { policy, role, mode, leader } = decision
  if (before && (before.role !== role || before.mode !== mode)) {
    metrics.info.set({ policy, role: before.role, mode: before.mode }, 0)
  }
  metrics.info.set({ policy, role, mode }, 1)
  if (!leader) return
  const { counter, rank, chainIndex } = splitEpoch(leader.epoch)
  metrics.epochCounter.set({ policy }, counter)
  metrics.epochRank.set({ policy }, rank)
  metrics.epochHost.set({ policy }, chainIndex)
}

export function showHost(metrics: FailoverMetrics, host: string, { lastHeardMs, rttMs }: HostStatus): void {
  if (lastHeardMs !== null) metrics.heartbeatAge.set({ host }, lastHeardMs / 1000)
  if (rttMs !== null) metrics.roundTrip.set({ host }, rttMs / 1000)
}
