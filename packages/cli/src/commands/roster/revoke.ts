import { ROSTER_KIND, reviseRoster, revokeEntries } from '@montana/fleet/roster'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { daysToMs, readDraft, writeDraft } from '../document/draft-file.js'
import { report } from './add.js'

interface Flags extends GlobalOptions {
  label: string
  validDays: string
}

export function revokeCommand(context: CliContext): Command {
  return new Command('revoke')
    .description('authorise no key of a host any more; its entries stay, so that its keys do not come back')
    .argument('<file>', 'the roster')
    .requiredOption('--label <LABEL>', 'the host')
    .option('--valid-days <N>', 'how long the roster may be accepted and applied', '90')
    .action(async (file: string, _: unknown, self: Command) => {
      const { label, validDays, json } = self.optsWithGlobals<Flags>()
      const before = await readDraft(file, ROSTER_KIND)
      const issue = { issuedAtMs: Date.now(), validMs: daysToMs(validDays) }
      const next = reviseRoster(before, revokeEntries(before.entries, label), issue)
      await writeDraft(file, ROSTER_KIND, next)
      report(context, file, next, json === true)
    })
}
