import type { PeerStatus } from '@montana/node/settings'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { addNodeFlags, fetchStatus } from '../node-client.js'
import { formatTable } from '../table.js'

const HEADER = [
  'peer',
  'id',
  'state',
  'conns',
  'suite',
  'up_s',
  'sent',
  'ok',
  'timeout',
  'failed',
  'misses',
  'p50_ms',
  'p99_ms',
  'closed',
  'dial_err',
  'dial_code',
  'redial_ms',
  'sent_kB',
  'recv_kB',
  'queue',
  'queue_kB',
  'score',
]

const BYTES_PER_KB = 1000

export function peersCommand(context: CliContext): Command {
  const command = new Command('peers').description('connections and heartbeats of a running node')
  return addNodeFlags(command).action(async (_, self: Command) => {
    const { label, peers } = await fetchStatus(context, self)
    if (self.optsWithGlobals<GlobalOptions>().json) return context.json({ label, peers: peers.map(peerJson) })
    context.out(formatTable(HEADER, peers.map(peerRow)))
  })
}

function peerRow(peer: PeerStatus): (string | number | null)[] {
  return [
    ...[
      peer.label,
      peer.id8,
      stateOf(peer),
      peer.conns,
      suiteText(peer),
      Math.round(peer.up_s),
      peer.ping_sent,
      peer.ping_ok,
    ],
    ...[peer.ping_timeout, peer.ping_failed, peer.misses, peer.rtt_p50_ms, peer.rtt_p99_ms, peer.closed, peer.dial_err],
    peer.dial_code,
    ...[peer.redial_ms === null ? null : Math.round(peer.redial_ms), kilobytes(peer.bytes_sent)],
    ...[kilobytes(peer.bytes_received), peer.queue_messages, kilobytes(peer.queue_bytes), peer.score],
  ]
}

/** Unhealthy: connected, but it missed three pings in a row. */
function stateOf({ conns, healthy }: PeerStatus): 'healthy' | 'unhealthy' | 'disconnected' {
  if (conns === 0) return 'disconnected'
  return healthy ? 'healthy' : 'unhealthy'
}

function kilobytes(bytes: number): number {
  return Math.round(bytes / BYTES_PER_KB)
}

/** The profiles in use with a peer; the weaker one is never hidden behind the stronger. */
function suiteText({ suites }: PeerStatus): string | null {
  const inUse = (['hybrid', 'pq'] as const).filter((suite) => suites[suite] > 0)
  return inUse.length === 0 ? null : inUse.join('+')
}

function peerJson(peer: PeerStatus) {
  return {
    label: peer.label,
    id8: peer.id8,
    connections: peer.conns,
    upSeconds: peer.up_s,
    sent: peer.ping_sent,
    ok: peer.ping_ok,
    timeout: peer.ping_timeout,
    failed: peer.ping_failed,
    rttMsP50: peer.rtt_p50_ms,
    rttMsP99: peer.rtt_p99_ms,
    closed: peer.closed,
    dialErrors: peer.dial_err,
    dialCode: peer.dial_code,
    handshakes: peer.handshakes,
    suites: peer.suites,
    healthy: peer.healthy,
    state: stateOf(peer),
    misses: peer.misses,
    redialDelayMs: peer.redial_ms,
    bytesSent: peer.bytes_sent,
    bytesReceived: peer.bytes_received,
    queue: { messages: peer.queue_messages, bytes: peer.queue_bytes },
    score: peer.score,
  }
}
