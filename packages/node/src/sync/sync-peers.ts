import type { PeerSnapshot } from '@montana/network'
import type { SyncPeer } from '@montana/sync'
import type { PeerRequests } from '../peer-protocol/requests.js'

/** The connected peers that may be asked for a snapshot, as they are now. */
export function syncPeers(peers: readonly PeerSnapshot[], requests: PeerRequests): SyncPeer[] {
  return peers
    .filter(({ peerId, connections, status }) => peerId !== '' && connections > 0 && status !== undefined)
    .filter(({ peerId }) => requests.isSource(peerId))
    .map((peer) => syncPeer(peer, requests))
}

function syncPeer({ peerId, label, status }: PeerSnapshot, requests: PeerRequests): SyncPeer {
  return {
    id: peerId,
    ...(label !== '' && { label }),
    status: () => ({ window: status?.window ?? 0, snapshotWindow: status?.snapshotWindow ?? 0 }),
    manifest: (window, signal) => requests.manifest(peerId, window, signal),
    chunk: (request, signal) => requests.chunk(peerId, request, signal),
    range: (request, signal) => requests.rangeChunk(peerId, request, signal),
    envelope: async (window, signal) => only(await requests.envelopes(peerId, window, 1, signal)),
    certificate: async (window, signal) => only(await requests.certificates(peerId, window, 1, signal)),
  }
}

/** An answer with nothing in it is refused by its decoder already. */
function only(items: readonly Uint8Array[]): Uint8Array {
  const [first] = items
  if (first === undefined) throw new RangeError('an answer of one item holds none')
  return first
}
