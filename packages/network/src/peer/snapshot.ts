import type { Suite } from '@montana/transport'
import type { StatusMessage } from '../ext/status.js'
import type { PingCounters } from './heartbeat-state.js'
import type { Peer } from './peer.js'

/** What a node tells of one peer: spec operations 2, `peers[]`. Cumulative since the mesh was created. */
export interface PeerSnapshot {
  /** Empty in the row `other`, which sums up the strangers. */
  readonly peerId: string
  /** Last 8 characters of the PeerId. */
  readonly id8: string
  readonly label: string
  readonly nodeIdHex: string | undefined
  readonly connections: number
  readonly upSeconds: number
  readonly ping: PingCounters
  /** Over the last five minutes; `undefined` without a round trip. */
  readonly rttP50Ms: number | undefined
  readonly rttP99Ms: number | undefined
  readonly closed: number
  readonly dialErrors: number
  /** Connections that opened, by profile; `none` is one without post-quantum cryptography. */
  readonly handshakes: { readonly hybrid: number; readonly pq: number; readonly none: number }
  /** Profiles of the open connections. */
  readonly suites: Readonly<Record<Suite, number>>
  readonly healthy: boolean
  readonly consecutiveMisses: number
  /** Back-off before the next dial of a manifest peer without a connection; `undefined` with one. */
  readonly redialDelayMs: number | undefined
  /** Why a manifest peer has no connection: the code of the latest dial, or of the close; `undefined` with one. */
  readonly awayCode: string | undefined
  /** Of envelopes, requests and answers alike. */
  readonly bytesSent: number
  readonly bytesReceived: number
  /** What waits to be sent. */
  readonly queue: { readonly messages: number; readonly bytes: number }
  readonly score: number
  /** Healthy, of this network by its own Status, and with few violations: may be asked for windows (16.3, 10.2). */
  readonly syncSource: boolean
  /** Speaks the extension protocol on some open connection. */
  readonly ext: boolean
  /** Its last Status and its age; a claim. */
  readonly status: StatusMessage | undefined
  readonly statusAgeMs: number | undefined
  readonly stateDiverged: boolean
}

/** A connected peer outside the manifest. */
export interface StrangerSnapshot {
  /** Proven by its handshake. */
  readonly peerId: string
  readonly upSeconds: number
  /** Since its latest answer to a ping; undefined before the first. */
  readonly heardMs: number | undefined
}

export function strangerOf(peer: Peer, nowMs: number): StrangerSnapshot {
  const { latestAtMs } = peer.rtt
  const heardMs = latestAtMs === undefined ? undefined : nowMs - latestAtMs
  return { peerId: peer.peerId, upSeconds: peer.upMs(nowMs) / 1000, heardMs }
}

export function snapshotOf(peer: Peer, nowMs: number): PeerSnapshot {
  return {
    peerId: peer.peerId,
    id8: peer.peerId.slice(-8),
    label: peer.metricLabel,
    nodeIdHex: peer.nodeIdHex,
    connections: peer.links.length,
    upSeconds: peer.upMs(nowMs) / 1000,
    ping: peer.heartbeat.counters,
    rttP50Ms: peer.rtt.percentile(0.5, nowMs),
    rttP99Ms: peer.rtt.percentile(0.99, nowMs),
    closed: peer.closed,
    dialErrors: peer.dialErrors,
    handshakes: { ...peer.handshakes },
    suites: peer.suites,
    healthy: peer.isHealthy,
    consecutiveMisses: peer.heartbeat.consecutiveMisses,
    redialDelayMs: peer.isConnected ? undefined : peer.redialDelayMs,
    awayCode: peer.isConnected ? undefined : peer.awayCode,
    bytesSent: peer.traffic.sentBytes,
    bytesReceived: peer.traffic.receivedBytes,
    queue: { messages: peer.queue.length, bytes: peer.queue.bytes },
    score: peer.score.points(nowMs),
    syncSource: peer.isSyncSource(nowMs),
    ext: peer.links.some((link) => link.speaksExt === true),
    status: peer.status,
    statusAgeMs: peer.statusAtMs === undefined ? undefined : nowMs - peer.statusAtMs,
    stateDiverged: peer.stateDiverged,
  }
}

/** All strangers as one row. */
export function otherSnapshot(rows: readonly PeerSnapshot[]): PeerSnapshot {
  const sum = (value: (row: PeerSnapshot) => number) => rows.reduce((total, row) => total + value(row), 0)
  return {
    peerId: '',
    id8: '',
    label: 'other',
    nodeIdHex: undefined,
    connections: sum((row) => row.connections),
    upSeconds: sum((row) => row.upSeconds),
    ping: {
      sent: sum((row) => row.ping.sent),
      ok: sum((row) => row.ping.ok),
      timeout: sum((row) => row.ping.timeout),
      failed: sum((row) => row.ping.failed),
    },
    rttP50Ms: undefined,
    rttP99Ms: undefined,
    closed: sum((row) => row.closed),
    dialErrors: sum((row) => row.dialErrors),
    handshakes: {
      hybrid: sum((row) => row.handshakes.hybrid),
      pq: sum((row) => row.handshakes.pq),
      none: sum((row) => row.handshakes.none),
    },
    suites: { hybrid: sum((row) => row.suites.hybrid), pq: sum((row) => row.suites.pq) },
    healthy: rows.every((row) => row.healthy),
    consecutiveMisses: 0,
    redialDelayMs: undefined,
    awayCode: undefined,
    bytesSent: sum((row) => row.bytesSent),
    bytesReceived: sum((row) => row.bytesReceived),
    queue: { messages: sum((row) => row.queue.messages), bytes: sum((row) => row.queue.bytes) },
    score: sum((row) => row.score),
    syncSource: rows.some((row) => row.syncSource),
    ext: rows.some((row) => row.ext),
    status: undefined,
    statusAgeMs: undefined,
    stateDiverged: rows.some((row) => row.stateDiverged),
  }
}
