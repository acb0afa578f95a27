import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addBreatheFlags, type BreatheFlags, openBreathing } from './open.js'

export function onceCommand(context: CliContext): Command {
  const command = new Command('once').description('one cycle: inhale, then exhale; exit 1 when either half fails')
  return addBreatheFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<BreatheFlags>()
    const breathing = await openBreathing(context, flags)
    const { inhale, exhale } = await breathing.breathe(context.signal)
    const { lastError } = breathing.getStats()
    if (flags.json) context.json({ inhale, exhale, head: breathing.head(), lastError })
    else context.out(`inhale ${word(inhale)}, exhale ${word(exhale)}`)
    if (!flags.json && lastError) context.err(`${lastError.code}: ${lastError.message}`)
    if (!inhale || !exhale) context.exit(1)
    breathing.close()
  })
}

function word(isGood: boolean): string {
  return isGood ? 'done' : 'failed'
}
