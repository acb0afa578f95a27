import { UsageError } from '@montana/foundation'
import type { JournalState } from '@montana/node'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { dataDirOf } from '../start-flags.js'
import { labelled } from '../table.js'

export function journalCommand(context: CliContext): Command {
  return new Command('journal')
    .description('the record of what this node has signed')
    .addCommand(showCommand(context))
    .addCommand(liftCommand(context))
}

function showCommand(context: CliContext): Command {
  return new Command('show')
    .description('from which window on this node signs, and why it may be silent')
    .action(async (_: unknown, self: Command) => {
      const { readJournalState } = await import('@montana/node')
      report(context, self, readJournalState(dataDirOf(context, self)))
    })
}

/** Never needed in ordinary life: the rule ends by itself once a quorum of members is heard. */
function liftCommand(context: CliContext): Command {
  return new Command('lift')
    .description('let a stopped node sign at once although its journal may be lost; only when all members lost theirs')
    .option('--yes', 'I know that this node must not have signed for the next window before')
    .action(async (_: unknown, self: Command) => {
      if (!self.optsWithGlobals<{ yes?: boolean }>().yes) {
        const remedy = 'add --yes when all members lost their journals and the network stands still for it'
        throw new UsageError('a node that signs twice for one window can fork the network', { field: 'yes', remedy })
      }
      const { liftSilence } = await import('@montana/node')
      report(context, self, liftSilence(dataDirOf(context, self)))
    })
}

function report(context: CliContext, command: Command, state: JournalState): void {
  if (command.optsWithGlobals<GlobalOptions>().json) return context.json(state)
  const { head, signFrom, entries } = state
  context.out(labelled('head', head))
  context.out(labelled('entries', entries))
  const silence = 'silent: members of quorum weight must be heard first, see montana journal lift'
  context.out(labelled('signs from window', signFrom ?? silence))
}
