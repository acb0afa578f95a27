import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addMirrorFlags, type MirrorFlags } from './open.js'
import { runHere, show } from './verb.js'

export function recoverCommand(context: CliContext): Command {
  const command = new Command('recover').description(
    'take the epoch back from a temporary primary, after both histories are united',
  )
  return addMirrorFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<MirrorFlags>()
    show(context, await runHere(context, 'recover', flags), flags)
  })
}
