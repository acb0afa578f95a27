import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { identityCommand } from './identity.js'
import { newCommand } from './new.js'
import { operatorsCommand } from './operators.js'
import { rotateCommand } from './rotate.js'

export function keysCommand(context: CliContext): Command {
  const group = new Command('keys').description('keys of operators, hosts and witnesses of a fleet')
  for (const verb of [newCommand, operatorsCommand, identityCommand, rotateCommand]) group.addCommand(verb(context))
  return group
}
