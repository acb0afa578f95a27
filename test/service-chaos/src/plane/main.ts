import { rmSync } from 'node:fs'
import { codeOfVerdict, runProgram, say, tellerOf } from '@montana/chaos/program'
import { BROKEN, commitOfTree, needNamespaces } from '../program.js'
import { readPlaneOptions, USAGE } from './options.js'
import { planeReportOf } from './report.js'
import { runPlane } from './run.js'
import { planeLines } from './text.js'

await runProgram(BROKEN, async (args, signal) => {
  const options = readPlaneOptions(args)
  if (options.help) return say(USAGE)
  needNamespaces()
  const commit = commitOfTree()
  const run = await runPlane({ ...options, signal, onLine: tellerOf(options.json) })
  const report = planeReportOf({ run, ...options, commit })
  if (report.verdict === 'PASS') rmSync(run.dir, { recursive: true, force: true })
  say(options.json ? JSON.stringify(report) : planeLines(report).join('\n'))
  return codeOfVerdict(report.verdict)
})
