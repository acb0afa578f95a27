import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addMirrorFlags, type MirrorFlags, openPlace, readPlace } from './open.js'

export function runCommand(context: CliContext): Command {
  const command = new Command('run').description(
    'work off the queue until it is stopped; compares every target every 10 min',
  )
  return addMirrorFlags(command).action(async (_, self: Command) => {
    context.runsUntilStopped()
    const place = await readPlace(context, self.optsWithGlobals<MirrorFlags>())
    if (!place.config.enabled) return void context.err('mirroring is off: set MIRROR_ENABLED=true')
    const mirror = await openPlace(context, place)
    await mirror.run(context.signal)
    mirror.close()
  })
}
