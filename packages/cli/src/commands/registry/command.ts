import { REGISTRY_KIND, type RegistryDocument } from '@montana/fleet'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { signCommand } from '../document/sign.js'
import { type VerifyVerb, verifyCommand } from '../document/verify.js'
import { addCommand } from './add.js'
import { createCommand } from './create.js'
import { showCommand } from './show.js'

const SIGN = { kind: REGISTRY_KIND, noun: 'registry' }
const VERIFY: VerifyVerb<RegistryDocument> = {
  noun: 'registry',
  kind: async () => REGISTRY_KIND,
  facts: ({ hosts, witnesses }) => ({ hosts: hosts.length, witnesses: witnesses.length }),
}

/** The host registry `montana.registry/1`: spec operations 11.1 and 11.2. */
export function registryCommand(context: CliContext): Command {
  const group = new Command('registry').description('the signed list of the hosts and witnesses of a fleet')
  for (const verb of [createCommand, addCommand]) group.addCommand(verb(context))
  group.addCommand(signCommand(context, SIGN)).addCommand(verifyCommand(context, VERIFY))
  return group.addCommand(showCommand(context))
}
