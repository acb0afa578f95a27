import { Command } from 'commander'
import type { CliContext } from '../context.js'
import { availabilityCommand } from './failover/availability.js'
import { checkConfigCommand } from './failover/check-config.js'

/** Spec three-mirror 3.2: one verb per file below `failover/`. */
export function failoverCommand(context: CliContext): Command {
  const verbs = [checkConfigCommand, availabilityCommand]
  const group = new Command('failover').description('one service on one of several hosts')
  for (const verb of verbs) group.addCommand(verb(context))
  return group
}
