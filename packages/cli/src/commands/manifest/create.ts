import { readFile } from 'node:fs/promises'
import { nodeIdOf } from '@montana/crypto'
import { createManifest, MANIFEST_KIND, type ManifestPeerDocument } from '@montana/fleet'
import { ConfigError, errorMessage, toHex, UsageError } from '@montana/foundation'
import type { ManifestPeer } from '@montana/network'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { daysToMs, refuseExisting, writeUnchecked } from '../document/draft-file.js'
import { readGenesis } from './genesis.js'

interface Flags extends GlobalOptions {
  network?: string
  from?: string
  genesis?: string
  validDays: string
}

export function createCommand(context: CliContext): Command {
  return new Command('create')
    .description('begin a manifest: version 1, unsigned')
    .argument('<file>', 'the new file')
    .option('--network <NAME>', 'the network of operators.json')
    .option('--genesis <FILE>', 'the genesis document: names the network, and has the keys of its operators')
    .option('--from <FILE>', 'an unsigned manifest whose peers are taken over; needs --genesis')
    .option('--valid-days <N>', 'how long it may be accepted', '90')
    .action(async (file: string, _: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>()
      await refuseExisting(file, 'montana manifest add')
      const { network, peers } = await contentOf(flags)
      const issue = { issuedAtMs: Date.now(), validMs: daysToMs(flags.validDays) }
      await writeUnchecked(file, MANIFEST_KIND, createManifest(network, issue, peers))
      const labels = peers.map(({ label }) => label)
      if (flags.json) return context.json({ file, network, version: 1, peers: labels })
      const next = labels.length > 0 ? 'sign it' : 'add peers, then sign it'
      context.out(`${file}: manifest of ${network}, version 1, ${labels.length} peers; ${next}`)
    })
}

async function contentOf({ network, genesis, from }: Flags): Promise<{
  network: string
  peers: ManifestPeerDocument[]
}> {
  const document = genesis === undefined ? undefined : await readGenesis(genesis)
  const name = network ?? document?.networkName
  if (name === undefined) throw new UsageError('--network is missing', { field: 'network' })
  if (document && name !== document.networkName) {
    const remedy = 'leave --network out'
    throw new ConfigError(`--network '${name}' is not that of the genesis, '${document.networkName}'`, { remedy })
  }
  if (from === undefined) return { network: name, peers: [] }
  if (!document) throw new UsageError('--from needs --genesis, which has the keys', { field: 'genesis' })
  const keys = document.operators.map(({ nodePublicKey }) => nodePublicKey)
  const keyOf = new Map(keys.map((key) => [toHex(nodeIdOf(key)), toHex(key)]))
  return { network: name, peers: (await readBase(from)).map((peer) => toPeer(peer, keyOf)) }
}

async function readBase(path: string): Promise<readonly ManifestPeer[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ConfigError(`${path} cannot be read: ${errorMessage(cause)}`, { field: 'from', cause })
  })
  // Loads what speaks with peers: the sync job, which is the same command, does without.
  const { parseManifest } = await import('@montana/network')
  return parseManifest(text, path).peers
}

function toPeer(peer: ManifestPeer, keyOf: ReadonlyMap<string, string>): ManifestPeerDocument {
  const key = keyOf.get(peer.nodeIdHex)
  if (key === undefined) {
    const remedy = 'leave it out of the file, and add it by its join request'
    throw new ConfigError(`the genesis has no key of ${peer.label}`, { field: 'from', remedy })
  }
  return {
    label: peer.label,
    multiaddr: peer.multiaddr,
    peer_id: peer.peerId,
    account_id_hex: peer.accountIdHex,
    node_id_hex: peer.nodeIdHex,
    bootstrap: peer.bootstrap,
    node_pubkey_hex: key,
    ...(peer.security && { security: peer.security }),
  }
}
