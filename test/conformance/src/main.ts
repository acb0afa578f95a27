import { parseArgs } from 'node:util'
import { errorMessage, UsageError } from '@montana/foundation'
import { runFiles } from './run.js'
import { runAll } from './run-all.js'
import { formatReport, formatWhole } from './text.js'

const USAGE = `usage: npm run -s conformance -- [--json] [FILE...]
Runs vector files (.json or .json.gz: lists of cases, or Wycheproof) and ends with "N passed, N failed, N skipped".
Without a file: all of ours and those beside the checkout; fails too when fewer cases run than are recorded in
test/conformance/counts.json. --record takes over what is more.`

interface Command {
  readonly json: boolean
  readonly help: boolean
  readonly record: boolean
  readonly files: readonly string[]
}

async function main(args: readonly string[]): Promise<number> {
  const { json, help, record, files } = parse(args)
  if (help) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  if (files.length === 0) return await all(json, record)
  if (record) throw new UsageError('--record belongs to a run of all files')
  const report = await runFiles(files)
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : formatReport(report))
  return report.failed === 0 ? 0 : 1
}

async function all(json: boolean, record: boolean): Promise<number> {
  const report = await runAll({ record })
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : formatWhole(report))
  return report.failed === 0 && report.shrunk.length === 0 ? 0 : 1
}

function parse(args: readonly string[]): Command {
  const flag = { type: 'boolean', default: false } as const
  try {
    const options = { json: flag, help: flag, record: flag }
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    return { ...values, files: positionals }
  } catch (cause) {
    throw new UsageError(errorMessage(cause), { cause })
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isUsage = error instanceof UsageError
  process.stderr.write(`error: ${errorMessage(error)}\n${isUsage ? `${USAGE}\n` : ''}`)
  process.exitCode = isUsage ? 2 : 1
}
