import { join } from 'node:path'
import { Command } from 'commander'
import { caughtUpLine } from '../../catch-up-line.js'
import { wantsColor } from '../../color.js'
import type { CliContext, GlobalOptions } from '../../context.js'
import { type Display, lineDisplay, silentDisplay, tableDisplay } from './display.js'
import { addDevnetFlags, type DevnetOptions, readDevnetOptions } from './options.js'
import type { DevnetResult } from './verdict.js'

const FAILED = 1

export function devnetCommand(context: CliContext): Command {
  const command = new Command('devnet').description(
    'four nodes on this machine: three genesis operators and an observer',
  )
  return addDevnetFlags(command).action(async (_, self: Command) => {
    context.runsUntilStopped()
    const options = readDevnetOptions(context, self)
    const { runDevnet } = await import('./session.js')
    const result = await runDevnet(context, options, chooseDisplay(context, self, options))
    // Being stopped is the ordinary end of a run without --windows; there is nothing to judge then.
    const isJudged = options.windows !== undefined || !context.signal.aborted
    if (options.json) context.json(result)
    else if (isJudged) report(context, result)
    if (isJudged && result.verdict === 'FAIL') context.exit(FAILED)
  })
}

function report(context: CliContext, result: DevnetResult): void {
  for (const reason of result.reasons) context.err(`FAIL: ${reason}`)
  context.out(summary(result))
}

function chooseDisplay(context: CliContext, command: Command, options: DevnetOptions): Display {
  const flags = command.optsWithGlobals<GlobalOptions>()
  if (options.json || flags.quiet) return silentDisplay
  const write = (text: string) => void process.stdout.write(text)
  return context.isTerminal ? tableDisplay(write, wantsColor(context, flags)) : lineDisplay(write)
}

function summary({
  verdict,
  firstWindow,
  lastWindow,
  windows,
  durationMs,
  proposers,
  confirmers,
  nodes,
  soak,
}: DevnetResult): string {
  const seconds = (durationMs / 1000).toFixed(1)
  const pass = `PASS: ${windows} windows (${firstWindow} to ${lastWindow}) at equal hashes on every node in ${seconds} s`
  const first = verdict === 'PASS' ? pass : `FAIL: ${windows} windows in ${seconds} s`
  const report = soak?.reportDir ? [`report: ${join(soak.reportDir, 'report.html')}`] : []
  return [
    first,
    `proposers: ${counts(proposers)}`,
    `confirmers: ${counts(confirmers)}`,
    ...caughtUp(nodes),
    ...report,
  ].join('\n')
}

/** How nodes that were behind reached the others, and what they found out on the way. */
function caughtUp(nodes: DevnetResult['nodes']): string[] {
  return nodes.flatMap(({ label, catch_up: facts, findings }) => {
    const how = facts ? [`${label}: ${caughtUpLine(facts)}`] : []
    return [...how, ...findings.map(({ code, peer, window }) => `${label}: ${code} ${peer ?? ''} at window ${window}`)]
  })
}

function counts(byLabel: Readonly<Record<string, number>>): string {
  return Object.entries(byLabel)
    .map(([label, windows]) => `${label} ${windows}`)
    .join(', ')
}
