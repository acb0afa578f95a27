import { parseArgs } from 'node:util'
import { errorMessage, UsageError } from '@montana/foundation'
import { runFiles } from './run.js'
import { formatReport } from './text.js'

const USAGE = `usage: npm run -s conformance -- [--json] FILE...
Runs vector files (.json or .json.gz: lists of cases, or Wycheproof) and ends with "N passed, N failed, N skipped".`

async function main(args: readonly string[]): Promise<number> {
  const { json, help, files } = parse(args)
  if (help) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  if (files.length === 0) throw new UsageError('no file given')
  const report = await runFiles(files)
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : formatReport(report))
  return report.failed === 0 ? 0 : 1
}

function parse(args: readonly string[]): { json: boolean; help: boolean; files: readonly string[] } {
  try {
    const options = { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } as const
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
