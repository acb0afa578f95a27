import type { PeerSnapshot } from '@montana/network'
import type { CatchUpProgress, CatchUpTotals } from '../runtime/catch-up/progress.js'
import type { CatchUpStatus, NodeStatus } from './schema.js'

export function catchUpStatus(
  progress: CatchUpProgress | undefined,
  peers: readonly PeerSnapshot[],
): CatchUpStatus | null {
  if (!progress) return null
  const { mode, phase, from, head, target, windowsPerSecond, etaSeconds, bytesFetched, bytesTwice, chunks } = progress
  return {
    mode,
    phase,
    from,
    head,
    target,
    windows_per_second: windowsPerSecond === undefined ? null : Math.round(windowsPerSecond * 10) / 10,
    eta_seconds: etaSeconds ?? null,
    peers: progress.peers.map((peerId) => labelOf(peerId, peers)),
    bytes_fetched: bytesFetched,
    bytes_twice: bytesTwice,
    chunks: chunks ?? null,
  }
}

export function caughtUpStatus({
  mode,
  windows,
  seconds,
  bytesFetched,
  bytesTwice,
}: CatchUpTotals): NodeStatus['caught_up'] {
  return {
    mode: mode ?? null,
    windows,
    seconds: Math.round(seconds * 1_000) / 1_000,
    bytes_fetched: bytesFetched,
    bytes_twice: bytesTwice,
  }
}

/** The last characters of its PeerId for a peer without a label. */
export function labelOf(peerId: string, peers: readonly PeerSnapshot[]): string {
  return peers.find((peer) => peer.peerId === peerId)?.label || peerId.slice(-8)
}
