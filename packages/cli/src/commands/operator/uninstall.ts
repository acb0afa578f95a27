import { planUninstall, runActions, sentenceOf } from '@montana/operator'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { isAgreed } from './agree.js'
import { addHostFlags, type HostFlags, servicesOf } from './services.js'

interface Flags extends GlobalOptions, HostFlags {
  backup?: string
  dryRun?: boolean
  yes?: boolean
}

/** Spec operations 9.6. */
export function uninstallCommand(context: CliContext): Command {
  const command = new Command('uninstall')
    .description(
      'remove the node and everything that belongs to it; identity, words and configuration go into a backup',
    )
    .option('--backup <DIR>', 'the new folder of the backup (default: below /var/backups, by label and time)')
    .option('--dry-run', 'say what would be removed, change nothing')
    .option('--yes', 'do not ask')
  return addHostFlags(command).action(async (_: unknown, self: Command) => {
    await run(context, self.optsWithGlobals<Flags>())
  })
}

async function run(context: CliContext, flags: Flags): Promise<void> {
  const { root = '/', backup, dryRun, json } = flags
  const { signal } = context
  const plan = await planUninstall({ root, backup, services: servicesOf(flags), now: new Date(), signal })
  const actions = plan.actions.map(({ what }) => what)
  if (dryRun && json) return context.json({ backup: plan.backup, actions, isDone: false })
  if (!json) context.out(`will ${sentenceOf(plan.actions)}`)
  if (dryRun) return context.out('nothing was changed (--dry-run)')
  if (!(await isAgreed(flags.yes))) return declined(context)
  await runActions(plan.actions, signal)
  if (json) return context.json({ backup: plan.backup, actions, isDone: true })
  context.out(`removed; what is needed to come back lies in ${plan.backup}`)
}

function declined(context: CliContext): void {
  context.err('nothing was changed')
  context.exit(1)
}
