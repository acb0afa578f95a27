import { mkdirSync, rmSync } from 'node:fs'
import { codeOfVerdict, runProgram, say, tellerOf } from '@montana/chaos/program'
import { readOptions, USAGE } from './options.js'
import { BROKEN, commitOfTree, needNamespaces } from './program.js'
import { reportOf } from './report/report.js'
import { linesOf } from './report/text.js'
import { runTrials } from './trials/run.js'

await runProgram(BROKEN, async (args, signal) => {
  const options = readOptions(args)
  if (options.help) return say(USAGE)
  needNamespaces()
  mkdirSync(options.dataDir, { recursive: true })
  if (options.isFresh) rmSync(options.results, { force: true })
  const commit = commitOfTree()
  const run = await runTrials({ ...options, commit }, signal, tellerOf(options.json))
  const report = reportOf({ options, ...run, commit })
  say(options.json ? JSON.stringify(report) : linesOf(report).join('\n'))
  return codeOfVerdict(report.verdict)
})
