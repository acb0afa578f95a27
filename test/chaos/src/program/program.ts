import { errorMessage, isAbort, MontanaError, UsageError } from '@montana/foundation'
import { nowMs } from './clock.js'

const REMEDY = 'run it again; where it fails again, report it with the seed'
const EXIT = { failed: 1, usage: 2, interrupted: 130 } as const

export type Main = (args: readonly string[], signal: AbortSignal) => Promise<number>

/**
 * Runs a program to its exit code; signals and the end of whoever started it abort it. `broken`: code of an error that
 * has none.
 */
export async function runProgram(broken: string, main: Main): Promise<void> {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort())
  process.once('disconnect', () => controller.abort())
  process.channel?.unref()
  const args = process.argv.slice(2)
  process.exitCode = await main(args, controller.signal).catch((error: unknown) => codeOf(error, broken))
  process.disconnect?.()
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
  if (isAbort(error)) return EXIT.interrupted
  const known =
    error instanceof MontanaError ? error : new MontanaError(broken, errorMessage(error), { remedy: REMEDY })
  if (process.argv.includes('--json')) say(JSON.stringify(known))
  else process.stderr.write(`error: ${known.message}\n${known.remedy}\n`)
  return error instanceof UsageError ? EXIT.usage : EXIT.failed
}
