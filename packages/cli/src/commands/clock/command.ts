import { loadBackend } from '@montana/native'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { ProgressLine } from '../../progress-line.js'
import { type Calibration, calibrate } from './calibrate.js'
import { findNetwork } from './network.js'
import { addCalibrateFlags, readCalibrateOptions } from './options.js'
import { printReport, reportOf } from './report.js'

export function clockCommand(context: CliContext): Command {
  return new Command('clock').description('the sequential clock of this host').addCommand(calibrateCommand(context))
}

/** Exit 0 whatever the verdict: a slow host is an answer and no fault. */
function calibrateCommand(context: CliContext): Command {
  const command = new Command('calibrate').description(
    'measure how fast this host grinds and verifies windows; judge it against production, or against the network of --genesis, --d or --data-dir (its present D and pace)',
  )
  return addCalibrateFlags(command).action(async (_, self: Command) => {
    const options = readCalibrateOptions(context, self)
    const network = await findNetwork(options.source)
    const report = reportOf(await measured(context, options), network)
    if (options.json) context.json(report)
    else printReport(context, report)
  })
}

async function measured(
  context: CliContext,
  { seconds, quiet }: { seconds: number; quiet: boolean },
): Promise<Calibration> {
  const { backend, notice } = loadBackend()
  if (notice && !quiet) context.err(`montana: ${notice}`)
  const progress = new ProgressLine(process.stderr.isTTY === true && !quiet)
  const onRun = (line: string) => progress.show(line)
  try {
    return await calibrate(backend, { seconds, onRun, signal: context.signal })
  } finally {
    progress.clear()
  }
}
