import { rollback } from '@montana/release'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addReleaseFlags, changeInit, type ReleaseFlags } from './flags.js'
import { tellChanged } from './tell.js'

export function rollbackCommand(context: CliContext): Command {
  const command = new Command('rollback').description(
    'go back to the release before this one, if it can read the store',
  )
  return addReleaseFlags(command).action(async (_: unknown, self: Command) => {
    const flags = self.optsWithGlobals<ReleaseFlags>()
    tellChanged(context, await rollback(changeInit(context, flags), context.signal), flags.json)
  })
}
