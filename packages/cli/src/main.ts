import { isAbort, MontanaError } from '@montana/foundation'
import { type Command, CommanderError } from 'commander'
import { type CliContext, createContext, errorJson, errorLine } from './context.js'
import { createHookProgram, isHookCall } from './hook-program.js'

const USAGE = 2
const INTERRUPTED = 130

const { context, exitCode, stop, hangUp } = createContext()
let interrupted = false

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupted = signal === 'SIGINT'
    stop(signal)
  })
}
process.on('SIGHUP', hangUp)
// A launcher or devnet holds the other end of this channel; when it dies, however it dies, so does this process.
if (process.connected) {
  process.once('disconnect', () => stop('parent gone'))
  process.channel?.unref()
}
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exit(await run(process.argv))

async function run(argv: string[]): Promise<number> {
  try {
    await (await program(context, argv.slice(2))).parseAsync(argv)
    return exitCode()
  } catch (error) {
    return report(error, argv.includes('--json'))
  }
}

/** All commands are loaded only when one of them is asked for that is not a hook. */
async function program(context: CliContext, words: readonly string[]): Promise<Command> {
  if (isHookCall(words)) return createHookProgram(context)
  const { createProgram } = await import('./program.js')
  return createProgram(context)
}

function report(error: unknown, asJson: boolean): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    if (error.code === 'commander.help') return missingCommand(asJson)
    const usage = new MontanaError('USAGE', error.message.replace(/^error: /, ''), { remedy: 'see montana --help' })
    return print(usage, asJson, USAGE)
  }
  if (isAbort(error)) return interrupted ? INTERRUPTED : 0
  return print(error, asJson, error instanceof MontanaError ? error.exitCode : 1)
}

/** `montana`, or a group of commands, without a command: commander has nothing to say but that it would print help. */
function missingCommand(asJson: boolean): number {
  const usage = new MontanaError('USAGE', 'no command was given', { remedy: 'see montana --help' })
  return print(usage, asJson, USAGE)
}

function print(error: unknown, asJson: boolean, code: number): number {
  if (asJson) context.json(errorJson(error))
  else context.err(errorLine(error))
  if (process.env.MONTANA_LOG_LEVEL === 'debug' && error instanceof Error) context.err(error.stack ?? '')
  return code
}
