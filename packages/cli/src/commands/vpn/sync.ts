import { createSignatureVerifier } from '@montana/crypto'
import { readTrustRoot } from '@montana/fleet'
import { openRosterFeed, type SyncOutcome, syncVpn, VpnError } from '@montana/vpn'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { withBackend } from '../document/draft-file.js'
import { addVpnFlags, required, settingsOf, type VpnFlags } from './flags.js'

export function syncCommand(context: CliContext): Command {
  const command = new Command('sync')
    .description('make the peers of the interface those of the signed roster; what is right already is not touched')
    .option('--operators <FILE>', 'the trust root, operators.json')
    .option('--source <FILE|URL...>', 'where rosters are published')
  return addVpnFlags(command).action(async (_: unknown, self: Command) => {
    const flags = self.optsWithGlobals<VpnFlags>()
    const settings = settingsOf(flags)
    const trust = await readTrustRoot(required(flags.operators, 'operators'))
    const outcome = await withBackend(async (backend) => {
      const feed = await openRosterFeed({
        stateDir: settings.stateDir,
        sources: flags.source ?? [],
        modules: { trust, verify: createSignatureVerifier(backend) },
        wallMs: Date.now,
      })
      return await syncVpn(settings, { feed }, context.signal)
    })
    if (flags.json) context.json(outcome)
    else context.out(outcomeLine(settings.interface, outcome))
    if (outcome.isExpired) throw expired(outcome)
  })
}

function outcomeLine(name: string, outcome: SyncOutcome): string {
  const { version, peers, isChanged, isKeyRotated, difference } = outcome
  const { add, remove, change } = difference
  const what = isChanged ? `${add.length} added, ${remove.length} removed, ${change.length} changed` : 'nothing to do'
  return `${name}: roster ${version}, ${peers.length} peers, ${what}${isKeyRotated ? ', new key in use' : ''}`
}

function expired({ notAfter }: SyncOutcome): VpnError {
  const remedy = 'have the operators issue and publish it anew'
  return new VpnError('VPN_EXPIRED', `the roster ended at ${notAfter}; nobody is authorised`, { remedy })
}
