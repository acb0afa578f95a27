import { AbortError } from '@montana/foundation'
import { createPoller, DEFAULT_INTERVAL_MS, DURATION_FORMS } from '@montana/soak'
import { Command } from 'commander'
import type { CliContext } from '../context.js'
import { digestCommand } from './soak/digest.js'
import { nodeLines, summaryLine } from './soak/lines.js'
import { METRICS_FILE_FLAG, withMetricsFile } from './soak/metrics-file.js'
import { readCount, readEvery, readPollerOptions, type SoakFlags } from './soak/options.js'
import { probeCommand } from './soak/probe.js'
import { reportCommand } from './soak/report.js'
import { verifyCommand } from './soak/verify.js'

export function soakCommand(context: CliContext): Command {
  return new Command('soak')
    .description('records of a running mesh, one JSON line per poll')
    .addCommand(pollCommand(context))
    .addCommand(watchCommand(context))
    .addCommand(reportCommand(context))
    .addCommand(verifyCommand(context))
    .addCommand(digestCommand(context))
    .addCommand(probeCommand(context))
}

function pollCommand(context: CliContext): Command {
  const command = new Command('poll').description('ask all nodes once and append one line').option(...METRICS_FILE_FLAG)
  return addSourceFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<SoakFlags>()
    const options = await readPollerOptions(context, flags)
    const record = await withMetricsFile(context, flags.metricsFile, async (metrics) => {
      return await createPoller(options, { metrics }).poll(context.signal)
    })
    if (flags.json) return context.json(record)
    context.out(nodeLines(record))
  })
}

function watchCommand(context: CliContext): Command {
  const command = new Command('watch')
    .description('poll on a schedule until stopped; a missed slot is skipped')
    .option('--every <duration>', `time between polls: ${DURATION_FORMS} (default: that of the configuration, else 5m)`)
    .option('--count <N>', 'end after N polls')
  return addSourceFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<SoakFlags>()
    const every = flags.every === undefined ? undefined : readEvery(flags.every)
    const count = flags.count === undefined ? undefined : readCount(flags.count)
    if (count === undefined) context.runsUntilStopped()
    const options = await readPollerOptions(context, flags)
    const { records } = await createPoller(options).watch({
      everyMs: every ?? options.intervalMs ?? DEFAULT_INTERVAL_MS,
      count,
      isExclusive: true,
      signal: context.signal,
      onRecord: (record) => (flags.json ? context.json(record) : context.out(summaryLine(record))),
      onError: (error) => context.err(`soak: no record: ${error.message}`),
    })
    endWatch(context, records)
  })
}

/** Being stopped is the clean end of a watch, once it has left something. */
function endWatch(context: CliContext, records: number): void {
  if (records > 0) return context.runsUntilStopped()
  if (context.signal.aborted) throw new AbortError(context.signal.reason)
  context.exit(1)
}

function addSourceFlags(command: Command): Command {
  return command.option('--path <file>', 'soak file (default: soak.jsonl beside the nodes, or as configured)')
}
