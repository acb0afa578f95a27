import type { Identity } from '@montana/crypto'
import { toHex, UsageError } from '@montana/foundation'
import { loadIdentity } from '@montana/node/settings'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { legacyPeerId } from '../legacy-peer-id.js'
import { dataDirOf } from '../start-flags.js'
import { labelled } from '../table.js'

interface InspectOptions {
  exportPubkeys?: boolean
  revealMasterSeed?: boolean
}

export function inspectCommand(context: CliContext): Command {
  return new Command('inspect')
    .description('the public parts of an identity')
    .option('--export-pubkeys', 'also the full public keys, as genesis documents carry them')
    .option('--reveal-master-seed', 'the secret from which everything derives; to a terminal only')
    .action(async (options: InspectOptions, self: Command) => {
      const { json } = self.optsWithGlobals<GlobalOptions>()
      if (options.revealMasterSeed && (!context.isTerminal || json)) {
        throw new UsageError('--reveal-master-seed writes to a terminal only', {
          field: 'reveal-master-seed',
          remedy: 'run it on a terminal, without --json and without a pipe',
        })
      }
      const identity = await loadIdentity(dataDirOf(context, self))
      const facts = { ...publicFacts(identity), ...(options.exportPubkeys && publicKeys(identity)) }
      if (json) return context.json(camelKeys(facts))
      for (const [label, value] of Object.entries(facts)) context.out(labelled(label, value))
      if (options.revealMasterSeed) context.out(labelled('master_seed', toHex(identity.masterSeed)))
    })
}

/** Command output is camelCase; the labels for people keep the words that older tools print. */
function camelKeys(facts: object): Record<string, unknown> {
  const camel = (key: string) => key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries(Object.entries(facts).map(([key, value]) => [camel(key), value]))
}

function publicFacts(identity: Identity) {
  const { publicKeys: keys } = identity
  const brief = (key: Uint8Array) => `${key.length} bytes, ${toHex(key.subarray(0, 16))}…`
  return {
    suite: identity.suite,
    account_id: toHex(identity.accountId),
    node_id: toHex(identity.nodeId),
    address: identity.address,
    master_seed_fp: toHex(identity.fingerprint),
    account_pubkey: brief(keys.account),
    node_pubkey: brief(keys.node),
    mlkem_pubkey: brief(keys.kem),
    network_peer_id: identity.peerId,
    libp2p_peer_id: legacyPeerId(identity.seeds.transport),
  }
}

function publicKeys({ publicKeys: keys }: Identity) {
  return { account_pubkey_hex: toHex(keys.account), node_pubkey_hex: toHex(keys.node) }
}
