import { errorMessage, UsageError } from '@montana/foundation'
import { parseOptions, type SimOptions, USAGE } from './cli/options.js'
import { printTrace } from './cli/print-trace.js'
import { runPlanted } from './cli/run-planted.js'
import { formatSeeds, runSeeds } from './cli/run-seeds.js'

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args)
  if (options.help) {
    write(USAGE)
    return 0
  }
  if (options.planted) return planted(options)
  if (options.trace) return printTrace(options, write)
  return seeds(options)
}

async function seeds(options: SimOptions): Promise<number> {
  const report = await runSeeds(options, options.json ? () => {} : write)
  write(options.json ? JSON.stringify(report) : formatSeeds(report).join('\n'))
  return report.failed === 0 ? 0 : 1
}

async function planted(options: SimOptions): Promise<number> {
  const report = await runPlanted(options, options.json ? () => {} : write)
  write(options.json ? JSON.stringify(report) : `${report.passed} found, ${report.failed} not found`)
  return report.failed === 0 ? 0 : 1
}

function write(text: string): void {
  process.stdout.write(`${text}\n`)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isUsage = error instanceof UsageError
  process.stderr.write(`error: ${errorMessage(error)}\n${isUsage ? `${USAGE}\n` : ''}`)
  process.exitCode = isUsage ? 2 : 1
}
