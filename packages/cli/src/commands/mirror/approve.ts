import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { epochNow, operator, requireReason } from './asked.js'
import { addMirrorFlags, type MirrorFlags, openPlace, readPlace, requireTarget } from './open.js'

interface ApproveFlags extends MirrorFlags {
  reason?: string
}

export function approveCommand(context: CliContext): Command {
  const command = new Command('approve')
    .description('let a push that changes workflows go to a target: MIRROR_<N>_WORKFLOW_PATHS=approve')
    .argument('<id>', 'target')
    .argument('<sha>', 'the commit that waits, or its first characters (at least 7), as `status` shows it')
    .option('--reason <text>', 'why; stands in the audit')
  return addMirrorFlags(command).action(async (id: string, sha: string, _, self: Command) => {
    const flags = self.optsWithGlobals<ApproveFlags>()
    const reason = requireReason(flags.reason)
    const { approvePush, waitingTip } = await import('@montana/mirror')
    const place = await readPlace(context, flags)
    requireTarget(place, id)
    const mirror = await openPlace(context, place, { actor: operator(), isPrimaryOptional: true })
    try {
      const tip = waitingTip(mirror.parts, id, sha)
      approvePush(mirror.parts, id, { reason, tip, expectedEpoch: await epochNow(mirror, context.signal) })
      mirror.enqueue(reason, ['code'], [id])
      if (flags.json) context.json({ target: id, approved: tip })
      else context.out(`${tip} may go to ${id}; bring it in step with \`montana mirror sync ${id}\``)
    } finally {
      mirror.close()
    }
  })
}
