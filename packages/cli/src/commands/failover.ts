import { Command } from 'commander'
import type { CliContext } from '../context.js'
import { availabilityCommand } from './failover/availability.js'
import { checkConfigCommand } from './failover/check-config.js'
import { historyCommand } from './failover/history.js'
import { pauseCommand, promoteCommand, resumeCommand, stepDownCommand } from './failover/orders.js'
import { runCommand } from './failover/run.js'
import { simulateCommand } from './failover/simulate.js'
import { statusCommand } from './failover/status.js'

/** Spec three-mirror 3.2: one verb per file below `failover/`. */
export function failoverCommand(context: CliContext): Command {
  const verbs = [
    runCommand,
    statusCommand,
    promoteCommand,
    stepDownCommand,
    pauseCommand,
    resumeCommand,
    historyCommand,
    simulateCommand,
    checkConfigCommand,
    availabilityCommand,
  ]
  const group = new Command('failover').description('one service on one of several hosts')
  for (const verb of verbs) group.addCommand(verb(context))
  return group
}
