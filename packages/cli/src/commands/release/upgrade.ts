import { resolve } from 'node:path'
import { type Changed, upgrade } from '@montana/release'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addReleaseFlags, changeInit, type ReleaseFlags } from './flags.js'
import { tellChanged } from './tell.js'

interface Flags extends ReleaseFlags {
  key?: string
  allowOlder?: true
}

export function upgradeCommand(context: CliContext): Command {
  const command = new Command('upgrade')
    .description(
      'verify a release bundle, install it beside the running one, switch and wait; goes back by itself if it fails',
    )
    .argument('<bundle>', 'montana-VERSION-linux-ARCH.tar')
    .option('--key <file>', 'public key of who issues the releases, hex (default /etc/montana/release.pub)')
    .option('--allow-older', 'take a release whose sources are older than those of the active one')
  return addReleaseFlags(command).action(async (bundle: string, _: unknown, self: Command) => {
    const flags = self.optsWithGlobals<Flags>()
    const keyFile = flags.key === undefined ? undefined : resolve(flags.key)
    const init = {
      ...changeInit(context, flags),
      bundle: resolve(bundle),
      keyFile,
      allowOlder: flags.allowOlder ?? false,
    }
    const changed: Changed = await upgrade(init, context.signal)
    tellChanged(context, changed, flags.json)
  })
}
