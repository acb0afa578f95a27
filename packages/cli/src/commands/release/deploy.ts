import { resolve } from 'node:path'
import { deploy } from '@montana/release'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'

interface Flags extends GlobalOptions {
  inventory: string
  key: string
}

export function deployCommand(context: CliContext): Command {
  return new Command('deploy')
    .description(
      'roll a release bundle over several hosts by ssh, one at a time, the acting host of a failover group last',
    )
    .argument('<bundle>', 'montana-VERSION-linux-ARCH.tar')
    .requiredOption('--inventory <file>', 'the hosts and how they are reached, YAML')
    .option('--key <file>', 'public key of who issues the releases, hex', '/etc/montana/release.pub')
    .action(async (bundle: string, _: unknown, self: Command) => {
      const { inventory, key, json, quiet } = self.optsWithGlobals<Flags>()
      const step = (host: string, text: string) => {
        if (!quiet) context.err(`montana: ${host}: ${text}`)
      }
      const files = { inventory: resolve(inventory), bundle: resolve(bundle), keyFile: resolve(key) }
      const { release, hosts } = await deploy({ ...files, step }, context.signal)
      if (json) return context.json({ release, hosts })
      const changed = hosts.filter(({ isChanged }) => isChanged).map(({ name }) => name)
      context.out(`${release} is active on ${hosts.length} hosts; changed: ${changed.join(', ') || 'none'}`)
    })
}
