import { createRoster, ROSTER_KIND } from '@montana/fleet/roster'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { daysToMs, refuseExisting, writeDraft } from '../document/draft-file.js'

export function createCommand(context: CliContext): Command {
  return new Command('create')
    .description('begin a roster: version 1, without entries and signatures')
    .argument('<file>', 'the new file')
    .requiredOption('--network <NAME>', 'the network of operators.json')
    .option('--valid-days <N>', 'how long it may be accepted and applied', '90')
    .action(async (file: string, options: { network: string; validDays: string }, self: Command) => {
      await refuseExisting(file, 'montana roster add')
      const issue = { issuedAtMs: Date.now(), validMs: daysToMs(options.validDays) }
      const { network, version } = createRoster(options.network, issue)
      await writeDraft(file, ROSTER_KIND, createRoster(options.network, issue))
      if (self.optsWithGlobals<GlobalOptions>().json) return context.json({ file, network, version, entries: 0 })
      context.out(`${file}: roster of ${network}, version ${version}; add entries, then sign it`)
    })
}
