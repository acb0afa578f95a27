import { makeKeyFile, nextKeyPath } from '@montana/vpn'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { required } from './flags.js'

interface Flags extends GlobalOptions {
  out?: string
  next?: boolean
}

/** Prints the public half; the private one never leaves its file. */
export function keygenCommand(context: CliContext): Command {
  return new Command('keygen')
    .description('make the WireGuard key of this host; what is printed is its public half')
    .option('--out <FILE>', 'the new secret file (mode 0600)')
    .option('--next', 'the key that the roster is to name next; it takes over when the roster says so')
    .action(async (_: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>()
      const path = required(flags.out, 'out')
      const file = flags.next ? nextKeyPath(path) : path
      const publicKey = await makeKeyFile(file)
      if (flags.json) return context.json({ file, publicKey, isNext: flags.next === true })
      context.out(publicKey)
    })
}
