import type { StartOptions } from '@montana/node'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { addStartFlags, resolveStartOptions } from '../start-flags.js'

export function configCommand(context: CliContext): Command {
  const show = addStartFlags(new Command('show'))
    .description('the settings that montana start would use')
    .option('--origin', 'also where each value comes from')
    .action((options: { origin?: boolean }, self: Command) => {
      const { values, origins } = resolveStartOptions(context, self)
      const keys = Object.keys(values) as (keyof StartOptions)[]
      const rows = keys.map((key) => ({ key, value: shown(values[key]), origin: origins[key] }))
      if (self.optsWithGlobals<GlobalOptions>().json) return context.json({ settings: rows })
      for (const { key, value, origin } of rows) {
        context.out(`${key.padEnd(18)}: ${value ?? '-'}${options.origin ? `  (${origin})` : ''}`)
      }
    })
  return new Command('config').description('look at the configuration').addCommand(show)
}

/** Values as the option's own text form where they have one. */
function shown(value: unknown): string | number | boolean | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'object') return value as string | number | boolean
  if ('host' in value && 'port' in value) return `${value.host}:${value.port}`
  if ('kind' in value) return 'segments' in value ? `${value.kind}:${value.segments}` : String(value.kind)
  if ('hash' in value && 'window' in value)
    return `${value.window}:${Buffer.from(value.hash as Uint8Array).toString('hex')}`
  return JSON.stringify(value)
}
