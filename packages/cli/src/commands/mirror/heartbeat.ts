import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addMirrorFlags, inSource, type MirrorFlags, readPlace } from './open.js'

export function heartbeatCommand(context: CliContext): Command {
  const command = new Command('heartbeat').description(
    'write the time into the state file, made when missing; for ticks that do not',
  )
  return addMirrorFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<MirrorFlags>()
    const { heartbeat } = await import('@montana/mirror')
    const { config, source } = await readPlace(context, flags)
    const file = inSource(source, config.stateFile)
    await heartbeat(file, Date.now(), context.signal)
    if (flags.json) context.json({ file })
    else context.out(`${file} has the time of now`)
  })
}
