import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { errorMessage, isAbort, MontanaError, UsageError } from '@montana/foundation'
import { hasNamespaces } from '@montana/netns'
import { nowMs } from './clock.js'
import { readOptions, USAGE } from './options.js'
import { reportOf } from './report/report.js'
import { linesOf } from './report/text.js'
import { runTrials } from './trials/run.js'

const REMEDY = 'run it again; where it fails again, report it with the seed'
const EXIT = { failed: 1, usage: 2, interrupted: 130 } as const

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const options = readOptions(args)
  if (options.help) return say(USAGE)
  if (!hasNamespaces()) throw new MontanaError('TRIALS_UNABLE', 'there are no network namespaces', { remedy: NEEDS })
  mkdirSync(options.dataDir, { recursive: true })
  if (options.isFresh) rmSync(options.results, { force: true })
  const { rows, plan, durationMs } = await runTrials(options, signal, tellerOf(options.json))
  const report = reportOf({ options, plan, rows, durationMs, commit: commitOfTree() })
  say(options.json ? JSON.stringify(report) : linesOf(report).join('\n'))
  return report.verdict === 'PASS' ? 0 : EXIT.failed
}

const NEEDS = 'run it as root on Linux with iproute2 and nftables'

function tellerOf(isJson: boolean): (line: string) => void {
  const beganMs = nowMs()
  const stream = isJson ? process.stderr : process.stdout
  return (line) => void stream.write(`${((nowMs() - beganMs) / 1_000).toFixed(1).padStart(7)} s  ${line}\n`)
}

function commitOfTree(): string | null {
  try {
    const cwd = import.meta.dirname
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
}

function say(text: string): 0 {
  process.stdout.write(`${text}\n`)
  return 0
}

function codeOf(error: unknown): number {
  if (isAbort(error)) return EXIT.interrupted
  const known =
    error instanceof MontanaError ? error : new MontanaError('TRIALS_BROKEN', errorMessage(error), { remedy: REMEDY })
  if (process.argv.includes('--json')) say(JSON.stringify(known))
  else process.stderr.write(`error: ${known.message}\n${known.remedy}\n`)
  return error instanceof UsageError ? EXIT.usage : EXIT.failed
}

const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort())
// Whoever started this is gone.
process.once('disconnect', () => controller.abort())
process.channel?.unref()
process.exitCode = await main(process.argv.slice(2), controller.signal).catch(codeOf)
process.disconnect?.()
