import { errorMessage, UsageError } from '@montana/foundation'
import { parseOptions, USAGE } from './cli/options.js'
import { runGroups } from './cli/run-groups.js'
import { groupLines, reportLines } from './cli/text.js'

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args)
  if (options.help) return say(USAGE)
  const report = await runGroups(options, (group) => options.json || say(groupLines(group).join('\n')))
  say(options.json ? JSON.stringify(report) : reportLines(report).join('\n'))
  return report.findings.length + report.errors.length === 0 ? 0 : 1
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
