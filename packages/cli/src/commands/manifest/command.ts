import { MANIFEST_KIND } from '@montana/fleet'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { signCommand } from '../document/sign.js'
import { verifyCommand } from '../document/verify.js'
import { addCommand } from './add.js'
import { consentToLostKeys } from './consent.js'
import { createCommand } from './create.js'
import { kindWithGenesis } from './genesis.js'
import { removeCommand } from './remove.js'
import { serveCommand } from './serve.js'
import { showCommand } from './show.js'
import { syncCommand } from './sync.js'

/** The manifest `montana.manifest/1`: spec operations 11. */
export function manifestCommand(context: CliContext): Command {
  const group = new Command('manifest').description('the signed list of the nodes of a network')
  for (const verb of [
    ...[createCommand, addCommand, removeCommand, sign, verify, showCommand],
    ...[syncCommand, serveCommand],
  ]) {
    group.addCommand(verb(context))
  }
  return group
}

function sign(context: CliContext): Command {
  const verb = { kind: MANIFEST_KIND, noun: 'manifest', consent: consentToLostKeys }
  return signCommand(context, verb).option(
    '--key-lost <LABEL...>',
    'the nodes of which you know that they lost their key; needed for every peer that says so',
  )
}

function verify(context: CliContext): Command {
  return verifyCommand(context, {
    noun: 'manifest',
    kind: ({ genesis }) => kindWithGenesis(genesis),
    facts: ({ peers }) => ({
      peers: peers.map(({ label }) => label),
      keyLost: peers.filter(({ replaced }) => replaced).map(({ label }) => label),
    }),
  })
    .option('--genesis <FILE>', 'the genesis document: its operators must stand under their own ids')
    .option('--previous <FILE>', 'the version in force: changed keys must be signed for by the old ones')
}
