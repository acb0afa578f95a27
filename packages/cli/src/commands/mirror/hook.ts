import { errorMessage, systemTime } from '@montana/foundation'
import type { Hook } from '@montana/mirror/hooks'
import { Command, Option } from 'commander'
import type { CliContext } from '../../context.js'
import { addMirrorFlags, type MirrorFlags, readPlace } from './open.js'

const HOOKS: readonly Hook[] = ['post-sync', 'secret-changed', 'variable-changed']

const KEPT = {
  store: 'kept',
  spool: 'kept in a file of its own, which the next sync takes',
  lost: 'not kept; the next comparison of all targets finds it',
} as const

/** Never in the way: exit 0 whatever happens, what went wrong on stderr. Spec repository-mirror 1 and 5. */
export function hookCommand(context: CliContext): Command {
  const command = new Command('hook').description(
    'tell the mirrors that something changed on the primary; returns at once',
  )
  for (const hook of HOOKS) {
    const verb = new Command(hook).argument('[name...]', 'names that changed').addOption(new Option('--reason <text>'))
    command.addCommand(
      addMirrorFlags(verb).action(async (_names: string[], _options, self: Command) => await fire(context, hook, self)),
    )
  }
  return command
}

async function fire(context: CliContext, hook: Hook, self: Command): Promise<void> {
  // Being stopped is no failure of the operation either.
  context.runsUntilStopped()
  try {
    const { HookQueue, hookRequests } = await import('@montana/mirror/hooks')
    const { config, dataFolder } = await readPlace(context, self.optsWithGlobals<MirrorFlags>())
    if (!config.enabled) return
    const { where, error } = new HookQueue(dataFolder, systemTime).enqueue(hookRequests(hook, config.targets), hook)
    if (error) context.err(`the change is ${KEPT[where]}: ${error.code}: ${error.message}`)
  } catch (error) {
    context.err(`nothing is mirrored: ${errorMessage(error)}`)
  }
}
