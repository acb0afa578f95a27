import { parseArgs } from 'node:util'
import { errorMessage, UsageError } from '@montana/foundation'
import { checkSupply, type SupplyReport } from './check.js'

const USAGE = `usage: npm run -s check:supply -- [--json]
Holds what the lockfiles bring in to test/supply-chain/policy.json; exit 1 at a breach.`

function text({ packages, crates, breaches, skipped }: SupplyReport): string {
  const lines = [
    ...breaches.map(({ rule, where, what, remedy }) => `${rule}: ${where} ${what}; ${remedy}`),
    ...skipped.map((reason) => `SKIPPED: ${reason}`),
    `${packages} packages, ${crates} crates, ${breaches.length} breaches, ${skipped.length} skipped`,
  ]
  return `${lines.join('\n')}\n`
}

function main(args: string[]): number {
  const values = parsed(args)
  if (values.help) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  const report = checkSupply({})
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : text(report))
  return report.breaches.length === 0 ? 0 : 1
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: { json: { type: 'boolean', default: false }, help: { type: 'boolean' } } }).values
  } catch (cause) {
    throw new UsageError(errorMessage(cause), { cause })
  }
}

try {
  process.exitCode = main(process.argv.slice(2))
} catch (error) {
  const isUsage = error instanceof UsageError
  process.stderr.write(`error: ${errorMessage(error)}\n${isUsage ? `${USAGE}\n` : ''}`)
  process.exitCode = isUsage ? 2 : 1
}
