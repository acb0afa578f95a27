import { ConfigError } from '@montana/foundation'
import { planReset, type Reset, runActions, sentenceOf } from '@montana/operator'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { askOnTerminal } from './agree.js'
import { addHostFlags, type HostFlags, servicesOf } from './services.js'

interface Flags extends GlobalOptions, HostFlags {
  keepIdentity?: boolean
  backup?: string | true
  label?: string
  dryRun?: boolean
}

/** Spec operations 9.6. */
export function resetCommand(context: CliContext): Command {
  const command = new Command('reset')
    .description('forget the chain of a stopped node, which then fetches it anew')
    .option('--keep-identity', 'keep identity and words; without it a new identity has to be made')
    .option('--backup [DIR]', 'the new folder of the backup (default: below /var/backups, by label and time)')
    .option('--label <NAME>', 'the label of this node, instead of typing it on the terminal')
    .option('--dry-run', 'say what would be removed, change nothing')
  return addHostFlags(command).action(async (_: unknown, self: Command) => {
    await run(context, self.optsWithGlobals<Flags>())
  })
}

async function run(context: CliContext, flags: Flags): Promise<void> {
  const { root = '/', backup, keepIdentity, json } = flags
  const services = servicesOf(flags)
  const folder = typeof backup === 'string' ? backup : undefined
  const init = { root, services, keepsIdentity: keepIdentity === true, backup: folder }
  const plan = await planReset({ ...init, now: new Date(), signal: context.signal })
  if (!json) context.out(`will ${sentenceOf(plan.actions)}`)
  if (!flags.dryRun) {
    await checkLabel(plan, flags.label)
    await runActions(plan.actions, context.signal)
  }
  report(context, plan, flags)
}

/** Whoever types the label knows which node this is. */
async function checkLabel({ label }: Reset, given: string | undefined): Promise<void> {
  const answer = given ?? (await askOnTerminal(`Type the label of this node (${label}) to go on: `, 'label'))
  if (answer === label) return
  throw new ConfigError(`'${answer}' is not the label of this node`, {
    code: 'LABEL_WRONG',
    field: 'label',
    remedy: 'make sure that this is the host you mean; nothing was changed',
  })
}

function report(context: CliContext, { backup, actions, strangers }: Reset, { json, dryRun }: Flags): void {
  const facts = { backup, actions: actions.map(({ what }) => what), strangers, isDone: dryRun !== true }
  if (json) return context.json(facts)
  if (strangers.length > 0) context.out(`left as they are, for they are not known: ${strangers.join(', ')}`)
  context.out(
    dryRun ? 'nothing was changed (--dry-run)' : `reset; a copy of identity and configuration lies in ${backup}`,
  )
}
