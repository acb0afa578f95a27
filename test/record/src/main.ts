import { errorMessage, isAbort, MontanaError, UsageError } from '@montana/foundation'
import { parseCommand, USAGE } from './cli/options.js'
import { runRefind } from './cli/refind.js'
import { seal, write } from './cli/write.js'

const print = (text: string) => process.stdout.write(`${text}\n`)

async function main(args: readonly string[]): Promise<number> {
  const command = parseCommand(args)
  if (command.verb === 'write') return write(print)
  if (command.verb === 'seal') return seal(print)
  if (command.verb === 'refind') return await runRefind(command, print)
  print(USAGE)
  return 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (isAbort(error)) process.exitCode = 130
  else {
    const remedy = error instanceof MontanaError && error.remedy ? `; ${error.remedy}` : ''
    process.stderr.write(`error: ${errorMessage(error)}${remedy}\n${error instanceof UsageError ? `${USAGE}\n` : ''}`)
    process.exitCode = error instanceof MontanaError ? error.exitCode : 1
  }
}
