import { ConfigError, isAbort, sleep } from '@montana/foundation'
import { Command } from 'commander'
import { type CliContext, errorJson, errorLine } from '../../context.js'
import { addMirrorFlags, type MirrorFlags, readPlace } from './open.js'
import { runHere, show } from './verb.js'

interface RunFlags extends MirrorFlags {
  once?: boolean
}

export function sentinelRunCommand(context: CliContext): Command {
  const command = new Command('run')
    .description('watch the primary, one look at a time, until it is stopped')
    .option('--once', 'one look: 0 healthy, 6 unhealthy, 7 unknown')
  return addMirrorFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<RunFlags>()
    if (flags.once) return show(context, await runHere(context, 'watch', flags), flags)
    context.runsUntilStopped()
    const { config } = await readPlace(context, flags)
    for (;;) {
      await look(context, flags)
      await sleep(config.sentinel.intervalMs, context.signal)
    }
  })
}

/** A look that fails is told and followed by the next one; only a wrong configuration ends the watch. */
async function look(context: CliContext, flags: RunFlags): Promise<void> {
  try {
    const answer = await runHere(context, 'watch', flags)
    show({ ...context, exit: () => {} }, answer, flags)
  } catch (error) {
    if (isAbort(error) || error instanceof ConfigError) throw error
    if (flags.json) context.json(errorJson(error))
    else context.err(errorLine(error))
  }
}
