import { errorMessage, UsageError } from '@montana/foundation'
import { type FuzzOptions, parseOptions, USAGE } from './cli/options.js'
import { runGroups } from './cli/run-groups.js'
import { plantedLine, runPlanted } from './cli/run-planted.js'
import { runReplay } from './cli/run-replay.js'
import { groupLines, replayLines, reportLines } from './cli/text.js'

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args)
  if (options.help) return say(USAGE)
  if (options.replay) return await replayed(options)
  if (options.planted) return await planted(options)
  const report = await runGroups(options, (group) => options.json || say(groupLines(group).join('\n')))
  say(options.json ? JSON.stringify(report) : reportLines(report).join('\n'))
  return report.findings.length + report.errors.length === 0 ? 0 : 1
}

async function replayed({ targets, json }: FuzzOptions): Promise<number> {
  const report = await runReplay(targets)
  say(json ? JSON.stringify(report) : replayLines(report).join('\n'))
  return report.breaches.length + report.refusing.length === 0 && report.inputs > 0 ? 0 : 1
}

async function planted(options: FuzzOptions): Promise<number> {
  const report = await runPlanted(options, (outcome) => options.json || say(plantedLine(outcome)))
  say(options.json ? JSON.stringify(report) : `${report.found} found, ${report.missed} missed`)
  return report.missed === 0 ? 0 : 1
}

function say(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isUsage = error instanceof UsageError
  process.stderr.write(`error: ${errorMessage(error)}\n${isUsage ? `${USAGE}\n` : ''}`)
  process.exitCode = isUsage ? 2 : 1
}
