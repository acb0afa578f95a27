import { makeKeyFile, nextKeyPath } from '@montana/vpn'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { type VpnFlags, vpnConfiguration } from './settings.js'

interface Flags extends VpnFlags {
  out?: string
  next?: boolean
}

/** Prints the public half; the private one never leaves its file. */
export function keygenCommand(context: CliContext): Command {
  return new Command('keygen')
    .description('make the WireGuard key of this host; what is printed is its public half, for the operators')
    .option('--out <FILE>', 'the new secret file, mode 0600 (default: of the configuration)')
    .option('--next', 'the key that is to come: it takes over when the roster names it')
    .action(async (_: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>()
      // The key comes first: operators give the host its label when they have the public half.
      const unnamed = { label: 'unnamed', ...flags }
      const path = flags.out ?? (await vpnConfiguration(context, unnamed)).settings.privateKey
      const file = flags.next ? nextKeyPath(path) : path
      const publicKey = await makeKeyFile(file)
      if (flags.json) return context.json({ file, publicKey, isNext: flags.next === true })
      context.out(publicKey)
      context.err(`${file}: keep it on this host; send the operators the public half above`)
    })
}
