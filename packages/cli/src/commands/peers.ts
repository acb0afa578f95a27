import type { PeerStatus } from '@montana/node/settings'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { addNodeFlags, fetchStatus } from '../node-client.js'
import { formatTable } from '../table.js'

const HEADER = [
  'peer',
  'id',
  'conns',
  'suite',
  'up_s',
  'sent',
  'ok',
  'timeout',
  'failed',
  'p50_ms',
  'p99_ms',
  'closed',
  'dial_err',
]

export function peersCommand(context: CliContext): Command {
  const command = new Command('peers').description('connections and heartbeats of a running node')
  return addNodeFlags(command).action(async (_, self: Command) => {
    const { label, peers } = await fetchStatus(context, self)
    if (self.optsWithGlobals<GlobalOptions>().json) return context.json({ label, peers: peers.map(peerJson) })
    const rows = peers.map((peer) => [
      ...[peer.label, peer.id8, peer.conns, suiteText(peer), Math.round(peer.up_s), peer.ping_sent],
      ...[
        peer.ping_ok,
        peer.ping_timeout,
        peer.ping_failed,
        peer.rtt_p50_ms,
        peer.rtt_p99_ms,
        peer.closed,
        peer.dial_err,
      ],
    ])
    context.out(formatTable(HEADER, rows))
  })
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
    handshakes: peer.handshakes,
    suites: peer.suites,
    healthy: peer.healthy,
  }
}
