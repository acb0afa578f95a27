import { errorMessage } from '@montana/foundation'
import { execa } from 'execa'
import { argumentsOf, environmentOf } from './environment.js'
import { limited } from './limited.js'
import { Limits } from './limits.js'
import { ended, Output } from './output.js'
import { endGroup } from './process-group.js'
import { createRedactor, type Redactor } from './redact/redactor.js'
import type { GitOptions, GitResult } from './types.js'

/**
 * Git on `folder`, by argv; no word of it is ever read by a shell. Never throws for what git does, or for want of git. Settles when the
 * process and its whole group have ended; one that is given up is killed with its group.
 */
export async function runGit(folder: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  if (options.signal?.aborted) return ended('aborted', '')
  const redact = options.redact ?? redactShapesOnly
  try {
    return await finish(start(folder, args, options), options, redact)
  } catch (error) {
    return ended('not-started', redact(errorMessage(error)))
  }
}

const redactShapesOnly = createRedactor()

type Running = ReturnType<typeof start>

function start(folder: string, args: readonly string[], options: GitOptions) {
  const { program = 'git', input, settings } = options
  const [file, ...words] = limited([program, ...argumentsOf(folder, args, settings)], options.limits)
  const running = execa(file, words, {
    env: environmentOf(process.env, options),
    extendEnv: false,
    // Without input there is no pipe to make, and a call is cheaper by about a quarter (measured: git --version).
    stdin: input === undefined ? 'ignore' : 'pipe',
    encoding: 'buffer',
    // Else all that was written would become part of the message of an error that nobody reads.
    buffer: false,
    killDescendants: true,
    killSignal: 'SIGKILL',
    forceKillAfterDelay: false,
    reject: false,
    // Else an environment variable could have it write argv to stderr.
    verbose: 'none',
  })
  // That git does not read all of it is no failure: execa takes the error of the pipe.
  running.stdin?.end(input)
  return running
}

async function finish(running: Running, options: GitOptions, redact: Redactor): Promise<GitResult> {
  const limits = new Limits(running, options)
  const output = new Output(running, limits, options, redact)
  try {
    const result = await running
    if (limits.reason !== undefined) return output.ended(limits.reason)
    if (isNotStarted(result)) return ended('not-started', redact(result.originalMessage ?? ''))
    return output.finished(codeOf(result))
  } finally {
    limits.release()
    if (running.pid !== undefined) await endGroup(running.pid)
  }
}

type Ended = Awaited<Running>

function isNotStarted({ exitCode, signal }: Ended): boolean {
  return exitCode === undefined && signal === undefined
}

/** Null also for a pipe that broke while the process ended well: what was read is not all. */
function codeOf({ exitCode, failed }: Ended): number | null {
  return exitCode === undefined || (failed && exitCode === 0) ? null : exitCode
}
