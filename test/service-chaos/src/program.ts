import { execFileSync } from 'node:child_process'
import { errorMessage, isAbort, MontanaError, UsageError } from '@montana/foundation'
import { hasNamespaces } from '@montana/netns'
import { nowMs } from './clock.js'

const REMEDY = 'run it again; where it fails again, report it with the seed'
const EXIT = { failed: 1, usage: 2, interrupted: 130 } as const

export type Main = (args: readonly string[], signal: AbortSignal) => Promise<number>

/** Runs a program of this package to its exit code; signals and the end of whoever started it abort it. */
export async function runProgram(main: Main): Promise<void> {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort())
  process.once('disconnect', () => controller.abort())
  process.channel?.unref()
  process.exitCode = await main(process.argv.slice(2), controller.signal).catch(codeOf)
  process.disconnect?.()
}

/** Throws MontanaError where there are no namespaces. */
export function needNamespaces(): void {
  if (hasNamespaces()) return
  const remedy = 'run it as root on Linux with iproute2 and nftables'
  throw new MontanaError('TRIALS_UNABLE', 'there are no network namespaces', { remedy })
}

export function say(text: string): 0 {
  process.stdout.write(`${text}\n`)
  return 0
}

/** Lines of progress with the time; beside the one object, where that is wanted. */
export function tellerOf(isJson: boolean): (line: string) => void {
  const beganMs = nowMs()
  const stream = isJson ? process.stderr : process.stdout
  return (line) => void stream.write(`${((nowMs() - beganMs) / 1_000).toFixed(1).padStart(7)} s  ${line}\n`)
}

/** What runs: commit of the checkout; null without one. */
export function commitOfTree(): string | null {
  try {
    const cwd = import.meta.dirname
    const stdio = ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore']
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd, encoding: 'utf8', stdio }).trim()
  } catch {
    return null
  }
}

export function codeOfVerdict(verdict: 'PASS' | 'FAIL' | 'VOID'): number {
  return verdict === 'PASS' ? 0 : EXIT.failed
}

function codeOf(error: unknown): number {
  if (isAbort(error)) return EXIT.interrupted
  const known =
    error instanceof MontanaError ? error : new MontanaError('TRIALS_BROKEN', errorMessage(error), { remedy: REMEDY })
  if (process.argv.includes('--json')) say(JSON.stringify(known))
  else process.stderr.write(`error: ${known.message}\n${known.remedy}\n`)
  return error instanceof UsageError ? EXIT.usage : EXIT.failed
}
