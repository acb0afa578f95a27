import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { addNodeFlags, fetchStatus } from '../node-client.js'
import { labelled } from '../table.js'

export function timeCommand(context: CliContext): Command {
  const command = new Command('time').description('where the network is: window, epoch, next selection')
  return addNodeFlags(command).action(async (_, self: Command) => {
    const { window, D, epoch, cemented_at: cementedAt } = await fetchStatus(context, self)
    const { index, position, length, next_selection: nextSelection } = epoch
    const facts = { window, cementedAt, epoch: index, position, epochLength: length, nextSelection, d: D }
    if (self.optsWithGlobals<GlobalOptions>().json) return context.json(facts)
    context.out(labelled('current_window', window))
    context.out(labelled('cemented_at', cementedAt ?? '-'))
    context.out(labelled('epoch', index))
    context.out(labelled('position', `${position} of ${length}`))
    context.out(labelled('next selection', `window ${nextSelection}`))
    context.out(labelled('D (current)', D))
  })
}
