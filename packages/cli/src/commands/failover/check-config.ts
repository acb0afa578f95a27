import { loadGroupConfig } from '@montana/failover/settings'
import { ConfigError } from '@montana/foundation'
import { Command } from 'commander'
import { wantsColor } from '../../color.js'
import type { CliContext, GlobalOptions } from '../../context.js'
import { createPaint } from '../../paint.js'
import { checkLines } from './check-lines.js'
import { checkReport } from './check-report.js'
import { configFile } from './config-file.js'

export function checkConfigCommand(context: CliContext): Command {
  return new Command('check-config')
    .description('judge the configuration of a group (--config): every bound as arithmetic, every problem at once')
    .action(async (_, self: Command) => {
      const flags = self.optsWithGlobals<GlobalOptions>()
      const file = configFile(context, flags)
      if (flags.json) return await printJson(context, file)
      const { config, warnings } = await loadGroupConfig(file, { environment: context.environment })
      const lines = checkLines(checkReport(file, config, warnings), createPaint(wantsColor(context, flags)))
      context.out(lines.join('\n'))
    })
}

/** A refusal is one object too, with every problem by itself. */
async function printJson(context: CliContext, file: string): Promise<void> {
  try {
    const { config, warnings } = await loadGroupConfig(file, { environment: context.environment })
    context.json(checkReport(file, config, warnings))
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    context.json({ ...error.toJSON(), problems: error.metadata.problems ?? [] })
    context.exit(error.exitCode)
  }
}
