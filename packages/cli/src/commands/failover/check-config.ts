import { findSelf, type GroupConfig, loadGroupConfig, localAddresses, type Warning } from '@montana/failover/settings'
import { ConfigError } from '@montana/foundation'
import { Command } from 'commander'
import { wantsColor } from '../../color.js'
import type { CliContext, GlobalOptions } from '../../context.js'
import { createPaint } from '../../paint.js'
import { checkLines } from './check-lines.js'
import { checkReport } from './check-report.js'
import { configFile } from './config-file.js'
import { askOnline, type OnlineResult, onlineLines } from './online-checks.js'

interface CheckFlags extends GlobalOptions {
  online?: boolean
  node?: string
  stateDir?: string
  identityDir?: string
}

export function checkConfigCommand(context: CliContext): Command {
  return new Command('check-config')
    .description('judge the configuration of a group (--config): every bound as arithmetic, every problem at once')
    .option('--online', 'also ask every peer, witness and coordinator from this host; exit 1 when one fails')
    .option('--node <name>', 'with --online: name of this host')
    .option('--state-dir <dir>', 'with --online: as for run')
    .option('--identity-dir <dir>', 'with --online: as for run')
    .action(async (_, self: Command) => {
      const flags = self.optsWithGlobals<CheckFlags>()
      const file = configFile(context, flags)
      if (flags.json) return await printJson(context, flags, file)
      const { config, warnings } = await load(context, file)
      const lines = checkLines(checkReport(file, config, warnings), createPaint(wantsColor(context, flags)))
      context.out(lines.join('\n'))
      if (flags.online) context.out(['', ...onlineLines(await online(context, flags, config))].join('\n'))
    })
}

/** A refusal is one object too, with every problem by itself. */
async function printJson(context: CliContext, flags: CheckFlags, file: string): Promise<void> {
  try {
    const { config, warnings } = await load(context, file)
    const report = checkReport(file, config, warnings)
    context.json(flags.online ? { ...report, online: await online(context, flags, config) } : report)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    context.json({ ...error.toJSON(), problems: error.metadata.problems ?? [] })
    context.exit(error.exitCode)
  }
}

async function load(
  { environment }: CliContext,
  file: string,
): Promise<{ config: GroupConfig; warnings: readonly Warning[] }> {
  return await loadGroupConfig(file, { environment })
}

/** Exit 1 when an answer is a failure: the configuration may be right, the group is not. */
async function online(context: CliContext, flags: CheckFlags, config: GroupConfig): Promise<OnlineResult[]> {
  const { environment, signal } = context
  const self = findSelf({ flag: flags.node, environment, config, localAddresses: localAddresses() })
  const { agentPaths, onlineQuestions } = await import('@montana/failover')
  const paths = agentPaths(config, { ...flags, runDir: environment.RUNTIME_DIRECTORY })
  const results = await askOnline(await onlineQuestions(config, self, paths), signal)
  if (results.some(({ verdict }) => verdict === 'failed')) context.exit(1)
  return results
}
