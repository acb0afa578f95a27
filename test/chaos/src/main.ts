import { mkdirSync } from 'node:fs'
import { readOptions, USAGE } from './options.js'
import { codeOfVerdict, runProgram, say, tellerOf } from './program/program.js'
import { linesOf } from './report/text.js'
import { runChaos } from './run/chaos.js'
import { prepare } from './run/prepare.js'
import { forget } from './run/sweep.js'

await runProgram('CHAOS_BROKEN', async (args, signal) => {
  const options = readOptions(args)
  if (options.help) return say(USAGE)
  const onLine = tellerOf(options.json || options.planOnly)
  mkdirSync(options.dataDir, { recursive: true })
  const prepared = await prepare(options, signal, onLine)
  if (options.planOnly) return say(JSON.stringify(prepared.plan))
  for (const { kind, reason } of prepared.plan.omitted) onLine(`left out: ${kind}: ${reason}`)
  const report = await runChaos(prepared, signal, onLine)
  if (report.verdict === 'PASS') forget(report.data_dir)
  say(options.json ? JSON.stringify(report) : linesOf(report).join('\n'))
  return codeOfVerdict(report.verdict)
})
