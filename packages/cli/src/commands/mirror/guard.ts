import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addMirrorFlags, type MirrorFlags } from './open.js'
import { runHere, show } from './verb.js'

export function guardCommand(context: CliContext): Command {
  const command = new Command('guard').description(
    'whether this repository may act now: 0 with the permit that is left, 5 with the reason',
  )
  return addMirrorFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<MirrorFlags>()
    show(context, await runHere(context, 'guard', flags), flags)
  })
}
