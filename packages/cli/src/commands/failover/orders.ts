import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { type AgentFlags, addReasonFlag, operatorName, readDuration } from './agent-flags.js'
import { giveOrder } from './order.js'

interface OrderFlags extends AgentFlags {
  reason: string
  policy: string
  force?: boolean
  for: string
}

export function promoteCommand(context: CliContext): Command {
  const command = new Command('promote')
    .description('move the role to HOST, or to this host: a planned handover while a leader lives')
    .argument('[host]', 'host of the group (default: this one)')
    .requiredOption('--policy <name>', 'which role')
    .option('--force', 'ignore hold-down, lag and back-off; never a live leader nor isolation')
  return addReasonFlag(command).action(async (host: string | undefined, _, self: Command) => {
    const flags = self.optsWithGlobals<OrderFlags>()
    const { policy, reason, force: isForced = false } = flags
    const by = operatorName(context)
    await giveOrder(context, flags, { kind: 'promote', policy, ...(host && { host }), reason, by, isForced })
  })
}

export function stepDownCommand(context: CliContext): Command {
  const command = new Command('step-down')
    .description('give up every role of this host, and take none for a while')
    .option('--for <duration>', 'how long it stays out', '60s')
  return addReasonFlag(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<OrderFlags>()
    const forMs = readDuration('for', flags.for)
    await giveOrder(context, flags, { kind: 'step-down', forMs, reason: flags.reason, by: operatorName(context) })
  })
}

export function pauseCommand(context: CliContext): Command {
  const command = new Command('pause')
    .description('no host of the group starts or gives back a role; what must stop still stops')
    .option('--for <duration>', 'at most 24h', '1h')
  return addReasonFlag(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<OrderFlags>()
    const forMs = readDuration('for', flags.for)
    await giveOrder(context, flags, { kind: 'pause', forMs, reason: flags.reason, by: operatorName(context) })
  })
}

export function resumeCommand(context: CliContext): Command {
  const command = new Command('resume').description('end a pause before its time')
  return addReasonFlag(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<OrderFlags>()
    await giveOrder(context, flags, { kind: 'resume', reason: flags.reason, by: operatorName(context) })
  })
}
