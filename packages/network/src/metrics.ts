import type { MetricsRegistry } from '@montana/foundation'

/** From a loopback (0.3 ms) to the ping deadline (4 s). */
const RTT_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4] as const
/** From a loopback to the longest request time, 15 s. */
const REQUEST_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15] as const

export type NetworkMetrics = ReturnType<typeof createNetworkMetrics>

/** All metrics of this package: spec transport 19. `peer` is a manifest label or `other`. */
export function createNetworkMetrics(registry: MetricsRegistry) {
  return { ...connectionMetrics(registry), ...heartbeatMetrics(registry), ...messageMetrics(registry) }
}

/** A label that no peer has any more stands for nothing. */
export function clearPeerGauges(metrics: NetworkMetrics, peer: string): void {
  for (const suite of ['hybrid', 'pq']) metrics.peerConnections.set({ peer, suite }, 0)
  for (const gauge of [metrics.dialBackoff, metrics.misses, metrics.healthy, metrics.score, metrics.queueBytes]) {
    gauge.set({ peer }, 0)
  }
}

function connectionMetrics(registry: MetricsRegistry) {
  return {
    connections: registry.gauge<'direction'>({
      name: 'montana_connections',
      help: 'Open connections',
      labels: ['direction'],
    }),
    peerConnections: registry.gauge<'peer' | 'suite'>({
      name: 'montana_peer_connections',
      help: 'Open connections of a peer',
      labels: ['peer', 'suite'],
    }),
    connectionsClosed: registry.counter<'peer' | 'cause'>({
      name: 'montana_connections_closed_total',
      help: 'Ended connections by the state in which they were left at this end: aborted, reset or closed',
      labels: ['peer', 'cause'],
    }),
    downgrades: registry.counter<'peer'>({
      name: 'montana_downgrades_total',
      help: 'Sessions that were not hybrid although both ends offer it',
      labels: ['peer'],
    }),
    dials: registry.counter<'peer' | 'result'>({
      name: 'montana_dials_total',
      help: 'Dials by result: ok or an error code',
      labels: ['peer', 'result'],
    }),
    dialBackoff: registry.gauge<'peer'>({
      name: 'montana_dial_backoff_seconds',
      help: 'Delay before the next dial',
      labels: ['peer'],
    }),
    bans: registry.counter<'reason'>({ name: 'montana_bans_total', help: 'Bans', labels: ['reason'] }),
    bansActive: registry.gauge({ name: 'montana_bans_active', help: 'Bans in force' }),
    extPeers: registry.gauge({ name: 'montana_ext_peers', help: 'Connected peers that speak the extension protocol' }),
  }
}

function heartbeatMetrics(registry: MetricsRegistry) {
  return {
    pingsSent: registry.counter<'peer'>({
      name: 'montana_peer_pings_sent_total',
      help: 'Pings sent',
      labels: ['peer'],
    }),
    pings: registry.counter<'peer' | 'result'>({
      name: 'montana_peer_pings_total',
      help: 'Pings ended, by result: ok, timeout or failed',
      labels: ['peer', 'result'],
    }),
    rtt: registry.histogram<'peer'>({
      name: 'montana_peer_rtt_seconds',
      help: 'Round trip of a ping, from its envelope to the complete Pong',
      labels: ['peer'],
      buckets: RTT_BUCKETS_S,
    }),
    misses: registry.gauge<'peer'>({
      name: 'montana_peer_consecutive_misses',
      help: 'Pings missed in a row',
      labels: ['peer'],
    }),
    healthy: registry.gauge<'peer'>({
      name: 'montana_peer_healthy',
      help: '1 while a peer is connected and answers pings',
      labels: ['peer'],
    }),
  }
}

function messageMetrics(registry: MetricsRegistry) {
  return {
    messages: registry.counter<'direction' | 'type' | 'result'>({
      name: 'montana_messages_total',
      help: 'Requests by result: ok or an error code',
      labels: ['direction', 'type', 'result'],
    }),
    messageBytes: registry.counter<'direction' | 'type'>({
      name: 'montana_message_bytes_total',
      help: 'Bytes of request payloads',
      labels: ['direction', 'type'],
    }),
    requestSeconds: registry.histogram<'type'>({
      name: 'montana_request_seconds',
      help: 'Time of an answered request',
      labels: ['type'],
      buckets: REQUEST_BUCKETS_S,
    }),
    violations: registry.counter<'type' | 'limit'>({
      name: 'montana_limit_violations_total',
      help: 'Violations by limit, or by the code that the layer above reported',
      labels: ['type', 'limit'],
    }),
    score: registry.gauge<'peer'>({ name: 'montana_peer_score', help: 'Violation points of a peer', labels: ['peer'] }),
    queueBytes: registry.gauge<'peer'>({
      name: 'montana_outbound_queue_bytes',
      help: 'Bytes waiting to be sent',
      labels: ['peer'],
    }),
    dropped: registry.counter<'type'>({
      name: 'montana_outbound_dropped_total',
      help: 'Messages dropped from an outbound queue that was full or whose peer left',
      labels: ['type'],
    }),
  }
}
