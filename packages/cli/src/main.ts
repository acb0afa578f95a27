import { isAbort, MontanaError } from '@montana/foundation'
import { type Command, CommanderError } from 'commander'
import { type CliContext, createContext, errorJson, errorLine } from './context.js'
import { createHookProgram, isHookCall } from './hook-program.js'

const USAGE = 2
const BAD_CONFIG = 78
const NODE_MAJOR = 24
/** 128 and the number of the signal, as of a process that a signal ended. */
const HUNG_UP = 129
const INTERRUPTED = 130
const TERMINATED = 143

const { context, exitCode, isEndedByStop, stoppedBy, stop, hangUp } = createContext()

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(signal))
process.on('SIGHUP', hangUp)
// A launcher or devnet holds the other end of this channel; when it dies, however it dies, so does this process.
if (process.connected) {
  process.once('disconnect', () => stop('parent gone'))
  process.channel?.unref()
}
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Nobody reads the answer; what it was still stands in the exit code.
  if (error.code === 'EPIPE') process.exit(exitCode())
  throw error
})

process.exit(await run(process.argv))

async function run(argv: string[]): Promise<number> {
  try {
    await (await program(context, argv.slice(2))).parseAsync(argv)
    return exitCode() || unfinished()
  } catch (error) {
    return report(error, argv.includes('--json'))
  }
}

/** A hook is asked for with each change of a repository: it has a program of its own. */
async function program(context: CliContext, words: readonly string[]): Promise<Command> {
  if (isHookCall(words)) return createHookProgram(context)
  requireNode(process.versions.node)
  const { createProgram } = await import('./program.js')
  return await createProgram(context, words)
}

/** Before anything is loaded that an older one does not know. Spec transport 11.2. */
function requireNode(version: string): void {
  if (Number.parseInt(version, 10) >= NODE_MAJOR) return
  throw new MontanaError('NODE_TOO_OLD', `Node.js ${version} is too old`, {
    exitCode: BAD_CONFIG,
    remedy: `run it with Node.js ${NODE_MAJOR} or newer`,
  })
}

function report(error: unknown, asJson: boolean): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    if (error.code === 'commander.help') return missingCommand(asJson)
    const usage = new MontanaError('USAGE', error.message.replace(/^error: /, ''), { remedy: 'see montana --help' })
    return print(usage, asJson, USAGE)
  }
  if (isAbort(error) && stoppedBy() !== null) return stopped(asJson)
  return print(error, asJson, error instanceof MontanaError ? error.exitCode : 1)
}

/** Of a command that was stopped in its work: whoever reads 0 from it would take it for done. */
function stopped(asJson: boolean): number {
  if (isEndedByStop()) return stoppedBy() === 'SIGINT' ? INTERRUPTED : 0
  const message = `stopped (${stoppedBy()}) before it was done`
  return print(new MontanaError('ABORTED', message, { remedy: 'run it again' }), asJson, unfinished())
}

/** 0 unless this command was stopped and has an end of its own. */
function unfinished(): number {
  const by = stoppedBy()
  if (by === null || isEndedByStop()) return 0
  return by === 'SIGINT' ? INTERRUPTED : by === 'SIGHUP' ? HUNG_UP : TERMINATED
}

/** `montana`, or a group of commands, without a command: commander has nothing to say but that it would print help. */
function missingCommand(asJson: boolean): number {
  const usage = new MontanaError('USAGE', 'no command was given', { remedy: 'see montana --help' })
  return print(usage, asJson, USAGE)
}

function print(error: unknown, asJson: boolean, code: number): number {
  context.exit(code)
  if (asJson) context.json(errorJson(error))
  else context.err(errorLine(error))
  if (process.env.MONTANA_LOG_LEVEL === 'debug' && error instanceof Error) context.err(error.stack ?? '')
  return code
}
