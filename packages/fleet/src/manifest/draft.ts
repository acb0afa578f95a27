import { MAX_ENTRIES } from '../constants.js'
import { firstHead, type Issue } from '../draft.js'
import { FleetError } from '../errors.js'
import { MANIFEST_SCHEMA, type ManifestDocument, type ManifestPeerDocument } from './form.js'

/** Version 1, unsigned. */
export function createManifest(
  network: string,
  issue: Issue,
  peers: readonly ManifestPeerDocument[] = [],
): ManifestDocument {
  const head = firstHead(network, issue)
  return { schema: MANIFEST_SCHEMA, ...head, network_name: network, peers: [...peers], signatures: [] }
}

/**
 * The peers with `entry` in it; the entry of that label is replaced in its place. Exactly one is the bootstrap: the first
 * of all, until another one is added as such. Throws DOC_INVALID when the document would be over its limit.
 */
export function putPeer(peers: readonly ManifestPeerDocument[], entry: ManifestPeerDocument): ManifestPeerDocument[] {
  const known = peers.findIndex(({ label }) => label === entry.label)
  if (known < 0 && peers.length >= MAX_ENTRIES) {
    throw new FleetError('DOC_INVALID', `a manifest has at most ${MAX_ENTRIES} peers`, { field: 'peers' })
  }
  const wasBootstrap = peers[known]?.bootstrap === true
  const isBootstrap = entry.bootstrap || wasBootstrap || peers.length === 0
  const next = { ...entry, bootstrap: isBootstrap }
  const others = entry.bootstrap ? peers.map((peer) => ({ ...peer, bootstrap: false })) : [...peers]
  return known < 0 ? [...others, next] : others.with(known, next)
}

/** Throws DOC_INVALID when no peer has that label, or the one that has is the bootstrap of others. */
export function removePeer(peers: readonly ManifestPeerDocument[], label: string): ManifestPeerDocument[] {
  const found = peers.find((peer) => peer.label === label)
  if (!found) throw new FleetError('DOC_INVALID', `no peer has the label '${label}'`, { field: 'label' })
  if (!found.bootstrap || peers.length === 1) return peers.filter((peer) => peer !== found)
  const remedy = 'make another peer the bootstrap first: montana manifest add --bootstrap'
  throw new FleetError('DOC_INVALID', `${label} is the bootstrap`, { field: 'bootstrap', remedy })
}
