import { documentDigest, MANIFEST_KIND, type ManifestPeerDocument } from '@montana/fleet'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { formatTable } from '../../table.js'
import { readDraft } from '../document/draft-file.js'

const HEADER = ['label', 'address', 'peer id', 'remarks']

export function showCommand(context: CliContext): Command {
  return new Command('show')
    .description('what a signed manifest says; nothing is verified')
    .argument('<file>', 'the manifest')
    .action(async (file: string, _: unknown, self: Command) => {
      const document = await readDraft(file, MANIFEST_KIND)
      const { network, version, issued_at: issuedAt, not_after: notAfter, signatures } = document
      const signedBy = signatures.map(({ operator }) => operator)
      const head = { file, network, version, sha256: documentDigest(document), issuedAt, notAfter, signedBy }
      const peers = document.peers.map(peerFacts)
      if (self.optsWithGlobals<GlobalOptions>().json) return context.json({ ...head, peers })
      context.out(`manifest of ${network}, version ${version}, ${issuedAt} to ${notAfter}`)
      context.out(`sha256 ${head.sha256}`)
      context.out(`signed by ${signedBy.join(', ') || 'nobody'} (not verified)`)
      context.out(formatTable(HEADER, peers.map(peerRow)))
    })
}

function peerFacts(peer: ManifestPeerDocument) {
  return {
    label: peer.label,
    multiaddr: peer.multiaddr,
    peerId: peer.peer_id,
    nodeId: peer.node_id_hex,
    accountId: peer.account_id_hex,
    isBootstrap: peer.bootstrap,
    security: peer.security ?? null,
    replacesNodeId: peer.rotation?.old_node_id ?? null,
    isKeyLost: peer.replaced !== undefined,
  }
}

function peerRow({ label, multiaddr, peerId, ...peer }: ReturnType<typeof peerFacts>): string[] {
  const remarks = [
    peer.isBootstrap && 'bootstrap',
    peer.security && 'hybrid only',
    peer.replacesNodeId && `key changed from ${peer.replacesNodeId.slice(0, 8)}`,
    peer.isKeyLost && 'KEY LOST',
  ]
  return [label, multiaddr, peerId, remarks.filter(Boolean).join(', ') || '-']
}
