import { UsageError } from '@montana/foundation'
import type { TrustOptions } from '@montana/node'
import { parseOption, START_OPTIONS } from '@montana/node/settings'
import { type Command, Option } from 'commander'
import type { GlobalOptions } from '../../context.js'

interface TrustFlags extends GlobalOptions {
  genesis?: string
  checkpoint?: string
}

/** What the operator believes, in the words of `montana start`. */
export function addTrustFlags(command: Command): Command {
  return command
    .addOption(new Option('--genesis <FILE>', 'trust the operators of this genesis document'))
    .addOption(new Option('--checkpoint <W:HASH>', 'trust this proposal hash of the window of the snapshot'))
}

/** At least one of them. Throws UsageError, and ConfigError for a document that cannot be read. */
export async function trustOptionsOf(command: Command): Promise<TrustOptions> {
  const { genesis, checkpoint } = command.optsWithGlobals<TrustFlags>()
  if (genesis === undefined && checkpoint === undefined) {
    const remedy = 'give --genesis FILE, or --checkpoint W:HASH from somebody you trust'
    throw new UsageError('nothing says which network to trust', { field: 'genesis', remedy })
  }
  const pin = checkpoint === undefined ? undefined : parseOption(START_OPTIONS.checkpoint, checkpoint, 'flag')
  const { loadGenesis } = await import('@montana/node')
  return { pin, genesis: genesis === undefined ? undefined : await loadGenesis(genesis) }
}
