import type { StartOptions } from '@montana/node/settings'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { settingText } from '../setting-text.js'
import { addStartFlags, resolveStartOptions } from '../start-flags.js'

export function configCommand(context: CliContext): Command {
  const show = addStartFlags(new Command('show'))
    .description('the settings that montana start would use')
    .option('--origin', 'also where each value comes from')
    .action((options: { origin?: boolean }, self: Command) => {
      const { values, origins } = resolveStartOptions(context, self)
      const keys = Object.keys(values) as (keyof StartOptions)[]
      const rows = keys.map((key) => ({ key, value: settingText(values[key]), origin: origins[key] }))
      if (self.optsWithGlobals<GlobalOptions>().json) return context.json({ settings: rows })
      for (const { key, value, origin } of rows) {
        context.out(`${key.padEnd(18)}: ${value ?? '-'}${options.origin ? `  (${origin})` : ''}`)
      }
    })
  return new Command('config').description('look at the configuration').addCommand(show)
}
