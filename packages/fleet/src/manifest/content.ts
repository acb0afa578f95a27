import { nodeIdOf, peerIdOf } from '@montana/crypto'
import { toHex } from '@montana/foundation'
import type { DocumentKind, DocumentVerifier } from '../document.js'
import { FleetError } from '../errors.js'
import { requireUnique } from '../unique.js'
import { MANIFEST_SCHEMA, type ManifestDocument, type ManifestPeerDocument, manifestForm } from './form.js'
import { isSignedByNew, isSignedByOld, keyBytes } from './rotation.js'

/** An operator of the genesis document, under the ids that follow from its keys; lower hex. */
export interface GenesisMember {
  readonly label: string
  readonly nodeIdHex: string
  readonly accountIdHex: string
}

/**
 * The manifest as a kind of signed document: spec operations 11.3. Where the genesis is known, its operators must stand
 * under their own ids.
 */
export function manifestKind(genesis: readonly GenesisMember[] = []): DocumentKind<ManifestDocument> {
  return {
    schema: MANIFEST_SCHEMA,
    form: manifestForm,
    checkContent: (document, verify, previous) => checkManifest(document, { genesis, verify, previous }),
  }
}

/** For readers that do not know the genesis. */
export const MANIFEST_KIND: DocumentKind<ManifestDocument> = manifestKind()

interface Context {
  readonly genesis: readonly GenesisMember[]
  readonly verify: DocumentVerifier
  readonly previous: ManifestDocument | null
}

/** All or nothing: one bad entry refuses the document. */
async function checkManifest(document: ManifestDocument, { genesis, verify, previous }: Context): Promise<void> {
  const { network, network_name, peers } = document
  if (network_name !== network) throw invalid('network_name', `network_name '${network_name}' is not '${network}'`)
  if (peers.length === 0) throw invalid('peers', 'a manifest names at least one peer')
  for (const field of ['label', 'multiaddr', 'peer_id', 'account_id_hex', 'node_id_hex', 'node_pubkey_hex'] as const) {
    requireUnique(
      'peers',
      field,
      peers.map((peer) => peer[field]),
    )
  }
  checkBootstrap(peers)
  for (const peer of peers) checkIds(peer)
  checkGenesis(peers, genesis)
  for (const peer of peers) await checkKeyChange(document, peer, { verify, previous })
}

function checkBootstrap(peers: readonly ManifestPeerDocument[]): void {
  const count = peers.filter(({ bootstrap }) => bootstrap).length
  if (count !== 1) throw invalid('bootstrap', `exactly one peer is the bootstrap, found ${count}`)
}

/** The ids are those of the key that stands beside them. */
function checkIds({ label, node_pubkey_hex, node_id_hex, peer_id }: ManifestPeerDocument): void {
  const key = keyBytes(node_pubkey_hex)
  if (toHex(nodeIdOf(key)) !== node_id_hex) throw invalid('node_id_hex', `${label}: node_id_hex is not that of its key`)
  if (peerIdOf(key) !== peer_id) throw invalid('peer_id', `${label}: peer_id is not that of its key`)
}

function checkGenesis(peers: readonly ManifestPeerDocument[], genesis: readonly GenesisMember[]): void {
  for (const { label, nodeIdHex, accountIdHex } of genesis) {
    const peer = peers.find((entry) => entry.label === label)
    if (peer && peer.node_id_hex !== nodeIdHex) {
      throw invalid('node_id_hex', `${label}: node_id_hex is not that of the genesis operator`)
    }
    if (peer && peer.account_id_hex !== accountIdHex) {
      throw invalid('account_id_hex', `${label}: account_id_hex is not that of the genesis operator`)
    }
    const other = peers.find((entry) => entry.node_id_hex === nodeIdHex && entry.label !== label)
    if (other) throw invalid('label', `the genesis operator ${label} stands under the label ${other.label}`)
  }
}

/** Another key under an old label needs the word of both keys, or of the operators that the old one is lost. */
async function checkKeyChange(
  { network }: ManifestDocument,
  peer: ManifestPeerDocument,
  { verify, previous }: Pick<Context, 'verify' | 'previous'>,
): Promise<void> {
  const { label, rotation, replaced, node_id_hex } = peer
  if (rotation && !(await isSignedByNew(network, peer, rotation, verify))) {
    throw invalid('rotation', `${label}: the new key did not sign for the old one`)
  }
  const before = previous?.peers.find((entry) => entry.label === label)
  if (!before || before.node_id_hex === node_id_hex || replaced) return
  if (!rotation) throw keyChanged(label, 'its key is another than before, and neither key signed for that')
  if (rotation.old_node_id !== before.node_id_hex) {
    throw keyChanged(label, 'the rotation is not from the key that is in force here')
  }
  if (await isSignedByOld(network, node_id_hex, before.node_pubkey_hex, rotation, verify)) return
  throw invalid('rotation', `${label}: the old key did not sign for the new one`)
}

function keyChanged(label: string, what: string): FleetError {
  return new FleetError('DOC_INVALID', `${label}: ${what}`, {
    field: 'rotation',
    remedy: 'give it the versions between first, or let the operators sign replaced: "key lost"',
  })
}

function invalid(field: string, what: string): FleetError {
  return new FleetError('DOC_INVALID', what, { field })
}
