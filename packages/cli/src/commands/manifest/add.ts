import { readFile } from 'node:fs/promises'
import { createSignatureVerifier } from '@montana/crypto'
import {
  FleetError,
  type JoinRequestDocument,
  KEY_LOST,
  MANIFEST_KIND,
  type ManifestDocument,
  type ManifestPeerDocument,
  peerOfRequest,
  putPeer,
  readDocumentFile,
  readJoinRequest,
  revise,
  UsedRequests,
} from '@montana/fleet'
import { ConfigError, errorMessage } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { daysToMs, readDraft, withBackend, writeUnchecked } from '../document/draft-file.js'

interface Flags extends GlobalOptions {
  manifest: string
  bootstrap?: boolean
  keyLost?: boolean
  token?: string
  validDays: string
}

export function addCommand(context: CliContext): Command {
  return new Command('add')
    .description(
      'put the node of a join request into a manifest, or change the one of its label; a signed manifest becomes the draft of its next version',
    )
    .argument('<request>', 'the file that montana join wrote')
    .requiredOption('--manifest <FILE>', 'the manifest; FILE.used keeps which requests were added')
    .option('--bootstrap', 'make this peer the one bootstrap of the manifest (default: the first that is added)')
    .option(
      '--key-lost',
      'the node lost the key that it had under this label; every operator who signs must say so too',
    )
    .option('--token <FILE>', 'the request must carry the one-off token in this file')
    .option('--valid-days <N>', 'how long the next version may be accepted', '90')
    .action(async (file: string, _: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>()
      const { draft, peer } = await added(file, flags)
      const { label, multiaddr, peer_id: peerId } = peer
      const facts = {
        file: flags.manifest,
        version: draft.version,
        label,
        multiaddr,
        peerId,
        peers: draft.peers.length,
      }
      if (flags.json) return context.json(facts)
      context.out(`${flags.manifest}: version ${draft.version}, not signed yet; ${label} at ${multiaddr} is in it`)
    })
}

async function added(file: string, flags: Flags): Promise<{ draft: ManifestDocument; peer: ManifestPeerDocument }> {
  const nowMs = Date.now()
  const before = await readDraft(flags.manifest, MANIFEST_KIND)
  const request = await withBackend(async (backend) => {
    const modules = { network: before.network, nowMs, verify: createSignatureVerifier(backend) }
    return await readJoinRequest(await readDocumentFile(file), modules)
  })
  await checkToken(request, flags.token)
  const used = await UsedRequests.open(`${flags.manifest}.used`, nowMs)
  used.check(request)
  const peer = entryOf(request, before, flags)
  const issue = { issuedAtMs: nowMs, validMs: daysToMs(flags.validDays) }
  const draft = revise(before, { peers: putPeer(before.peers, peer) }, issue)
  // First the nonce: a crash between the two costs a new request, not a second use of this one.
  await used.add(request)
  await writeUnchecked(flags.manifest, MANIFEST_KIND, draft)
  return { draft, peer }
}

/** A key that changes under its label is said to be lost, or signed for. Throws FleetError DOC_INVALID. */
function entryOf(
  request: JoinRequestDocument,
  { peers }: ManifestDocument,
  { bootstrap, keyLost }: Flags,
): ManifestPeerDocument {
  const { rotation, ...peer } = peerOfRequest(request)
  const entry = { ...peer, bootstrap: bootstrap === true }
  const known = peers.find(({ label }) => label === peer.label)
  const isNewKey = known !== undefined && known.node_id_hex !== peer.node_id_hex
  if (keyLost && isNewKey) return { ...entry, replaced: KEY_LOST }
  if (!isNewKey) return { ...entry, ...(known?.rotation && { rotation: known.rotation }) }
  if (rotation?.old_node_id === known.node_id_hex) return { ...entry, rotation }
  throw new FleetError('DOC_INVALID', `${peer.label} has another key in the manifest than in this request`, {
    field: 'rotation',
    remedy: 'let the node write it with montana join --replaces, or say --key-lost',
  })
}

async function checkToken({ token }: JoinRequestDocument, path: string | undefined): Promise<void> {
  if (path === undefined) return
  const wanted = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ConfigError(`token ${path} cannot be read: ${errorMessage(cause)}`, { field: 'token', cause })
  })
  if (token === wanted.trim()) return
  throw new FleetError('JOIN_TOKEN', 'the request does not carry this token', {
    field: 'token',
    remedy: 'ask who sent it which token it was given',
  })
}
