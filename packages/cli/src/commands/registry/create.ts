import { createRegistry, REGISTRY_KIND } from '@montana/fleet'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { daysToMs, refuseExisting, writeDraft } from '../document/draft-file.js'

export function createCommand(context: CliContext): Command {
  return new Command('create')
    .description('begin a registry: version 1, without hosts and signatures')
    .argument('<file>', 'the new file')
    .requiredOption('--network <NAME>', 'the network of operators.json')
    .option('--valid-days <N>', 'how long it may be accepted', '90')
    .action(async (file: string, options: { network: string; validDays: string }, self: Command) => {
      await refuseExisting(file, 'montana registry add')
      const validMs = daysToMs(options.validDays)
      const document = createRegistry({ network: options.network, issuedAtMs: Date.now(), validMs })
      await writeDraft(file, REGISTRY_KIND, document)
      const { version, network } = document
      if (self.optsWithGlobals<GlobalOptions>().json) return context.json({ file, network, version, hosts: 0 })
      context.out(`${file}: registry of ${network}, version ${version}; add hosts, then sign it`)
    })
}
