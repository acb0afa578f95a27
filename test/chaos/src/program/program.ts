import { constants } from 'node:os'
import { errorMessage, isAbort, MontanaError, UsageError } from '@montana/foundation'
import { nowMs } from './clock.js'

const REMEDY = 'run it again; where it fails again, report it with the seed'
const EXIT = { failed: 1, usage: 2 } as const
/** 128 and the number of the signal, as of a process that a signal ended. */
const SIGNAL_BASE = 128

export type Main = (args: readonly string[], signal: AbortSignal) => Promise<number>

/**
 * Runs a program to its exit code; signals, a reader that closed the output, and the end of whoever started it abort it.
 * `broken`: code of an error that has none.
 */
export async function runProgram(broken: string, main: Main): Promise<void> {
  const controller = new AbortController()
  let stoppedBy: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE' = 'SIGINT'
  const stop = (by: typeof stoppedBy) => {
    if (controller.signal.aborted) return
    stoppedBy = by
    controller.abort()
  }
  // A terminal signals the whole group and the runner passes it on: the second one must not cut the cleaning-up off.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal))
  for (const stream of [process.stdout, process.stderr]) stream.on('error', (error) => onOutputError(error, stop))
  process.once('disconnect', () => stop('SIGINT'))
  process.channel?.unref()
  const args = process.argv.slice(2)
  process.exitCode = await main(args, controller.signal).catch((error: unknown) => {
    // What it was doing may have been ended by the same signal: then that error is no fault.
    const isStopped = isAbort(error) || controller.signal.aborted
    return isStopped ? SIGNAL_BASE + constants.signals[stoppedBy] : codeOf(error, broken)
  })
  if (process.connected) process.disconnect()
}

/** Nobody reads on, as behind `| head`; what was begun is still undone. */
function onOutputError(error: NodeJS.ErrnoException, stop: (by: 'SIGPIPE') => void): void {
  if (error.code !== 'EPIPE') throw error
  stop('SIGPIPE')
}

export function say(text: string): 0 {
  process.stdout.write(`${text}\n`)
  return 0
}

/** Lines of progress with the time; on stderr where stdout is for one object. */
export function tellerOf(isForPrograms: boolean): (line: string) => void {
  const beganMs = nowMs()
  const stream = isForPrograms ? process.stderr : process.stdout
  return (line) => void stream.write(`${((nowMs() - beganMs) / 1_000).toFixed(1).padStart(7)} s  ${line}\n`)
}

export function codeOfVerdict(verdict: 'PASS' | 'FAIL' | 'VOID'): number {
  return verdict === 'PASS' ? 0 : EXIT.failed
}

function codeOf(error: unknown, broken: string): number {
  const known =
    error instanceof MontanaError ? error : new MontanaError(broken, errorMessage(error), { remedy: REMEDY })
  if (process.argv.includes('--json')) say(JSON.stringify(known))
  else process.stderr.write(`error: ${known.message}\n${known.remedy}\n`)
  return error instanceof UsageError ? EXIT.usage : EXIT.failed
}
