import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addCommand } from './add.js'
import { createCommand } from './create.js'
import { showCommand } from './show.js'
import { signCommand } from './sign.js'
import { verifyCommand } from './verify.js'

/** The host registry `montana.registry/1`: spec operations 11.1 and 11.2. */
export function registryCommand(context: CliContext): Command {
  const group = new Command('registry').description('the signed list of the hosts and witnesses of a fleet')
  for (const verb of [createCommand, addCommand, signCommand, verifyCommand, showCommand]) {
    group.addCommand(verb(context))
  }
  return group
}
