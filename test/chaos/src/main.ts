import { mkdirSync } from 'node:fs'
import { errorMessage, isAbort, MontanaError, UsageError } from '@montana/foundation'
import { nowMs } from './clock.js'
import { readOptions, USAGE } from './options.js'
import { linesOf } from './report/text.js'
import { forget, runChaos } from './run/chaos.js'
import { prepare } from './run/prepare.js'

const REMEDY = 'run it again; where it fails again, report it with the seed'
const EXIT = { failed: 1, usage: 2, interrupted: 130 } as const

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const options = readOptions(args)
  if (options.help) return say(USAGE)
  const beganMs = nowMs()
  const progress = options.json || options.planOnly ? process.stderr : process.stdout
  const onLine = (line: string) =>
    void progress.write(`${((nowMs() - beganMs) / 1_000).toFixed(1).padStart(6)} s  ${line}\n`)
  mkdirSync(options.dataDir, { recursive: true })
  const prepared = await prepare(options, signal, onLine)
  if (options.planOnly) return say(JSON.stringify(prepared.plan))
  for (const { kind, reason } of prepared.plan.omitted) onLine(`left out: ${kind}: ${reason}`)
  const report = await runChaos(prepared, signal, onLine)
  if (report.verdict === 'PASS') forget(report.data_dir)
  say(options.json ? JSON.stringify(report) : linesOf(report).join('\n'))
  return report.verdict === 'PASS' ? 0 : EXIT.failed
}

function say(text: string): 0 {
  process.stdout.write(`${text}\n`)
  return 0
}

function codeOf(error: unknown): number {
  if (isAbort(error)) return EXIT.interrupted
  const known =
    error instanceof MontanaError ? error : new MontanaError('CHAOS_BROKEN', errorMessage(error), { remedy: REMEDY })
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
