import type { Resolution } from '@montana/breathing'
import { UsageError } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addBreatheFlags, type BreatheFlags, openBreathing } from './open.js'

interface ResolveFlags extends BreatheFlags {
  accept?: boolean
  drop?: boolean
  take?: string
}

export function resolveCommand(context: CliContext): Command {
  const command = new Command('resolve')
    .description('decide about a local change that is held back')
    .argument('<path>', 'synced file, for example data/users.json')
    .option('--accept', 'publish it although many records are gone')
    .option('--drop', 'take back the last good version; the refused one is kept aside')
    .option('--take <node>', 'make the version of that host everybody’s')
  return addBreatheFlags(command).action(async (path: string, _, self: Command) => {
    const flags = self.optsWithGlobals<ResolveFlags>()
    const resolution = readResolution(flags)
    const breathing = await openBreathing(context, flags)
    await breathing.resolve(path, resolution, context.signal)
    const exhale = await breathing.exhale(context.signal)
    if (flags.json) context.json({ path, resolution: Object.keys(resolution)[0], exhale })
    else context.out(`${path}: resolved${exhale ? ' and published' : '; it is published with the next cycle'}`)
    breathing.close()
  })
}

function readResolution({ accept, drop, take }: ResolveFlags): Resolution {
  const given: Resolution[] = [
    ...(accept ? [{ accept: true } as const] : []),
    ...(drop ? [{ drop: true } as const] : []),
    ...(take === undefined ? [] : [{ take }]),
  ]
  const [resolution] = given
  if (resolution !== undefined && given.length === 1) return resolution
  const remedy = 'give exactly one of --accept, --drop and --take NODE'
  throw new UsageError('it is not said what to do', { field: 'accept', remedy })
}
