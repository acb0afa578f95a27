import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { epochNow, operator, requireReason } from './asked.js'
import { addMirrorFlags, type MirrorFlags, openPlace, readPlace } from './open.js'

interface ResumeFlags extends MirrorFlags {
  reason?: string
}

export function resumeCommand(context: CliContext): Command {
  const command = new Command('resume')
    .description('end what a reset of the history has paused: targets are synced and promoted again')
    .option('--reason <text>', 'why; stands in the audit and in the fence record')
  return addMirrorFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<ResumeFlags>()
    const reason = requireReason(flags.reason)
    const { resumeMirrors } = await import('@montana/mirror')
    const mirror = await openPlace(context, await readPlace(context, flags), { actor: operator() })
    try {
      const expectedEpoch = await epochNow(mirror, context.signal)
      await resumeMirrors(mirror.parts, { reason, expectedEpoch }, context.signal)
    } finally {
      mirror.close()
    }
    if (flags.json) context.json({ paused: false })
    else context.out('the mirrors go on; bring them in step with `montana mirror sync`')
  })
}
