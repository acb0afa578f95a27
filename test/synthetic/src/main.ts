#!/usr/bin/env node
import { errorMessage, MontanaError, UsageError } from '@montana/foundation'
import { generate, type OnStep } from './generate.js'
import { parseOptions, USAGE } from './options.js'

const EVERY_MS = 250
const ERASE_LINE = '\r\u001b[K'

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args)
  if (!options) return write(USAGE)
  const isShown = process.stderr.isTTY === true
  const facts = await generate(options, isShown ? progress() : undefined)
  if (isShown) process.stderr.write(ERASE_LINE)
  if (options.json) return write(JSON.stringify(facts))
  write(`${facts.accounts} accounts at window ${facts.window}, head ${facts.head}, in ${options.out}`)
}

function progress(): OnStep {
  let nextAtMs = 0
  return (step, done, of) => {
    if (performance.now() < nextAtMs) return
    nextAtMs = performance.now() + EVERY_MS
    process.stderr.write(`${ERASE_LINE}${step} ${done} of ${of}`)
  }
}

function write(text: string): void {
  process.stdout.write(`${text}\n`)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  const isUsage = error instanceof UsageError
  const remedy = error instanceof MontanaError && error.remedy ? `; ${error.remedy}` : ''
  process.stderr.write(`error: ${errorMessage(error)}${remedy}\n${isUsage ? `${USAGE}\n` : ''}`)
  process.exitCode = error instanceof MontanaError ? error.exitCode : 1
}
