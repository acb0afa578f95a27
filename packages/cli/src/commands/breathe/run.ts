import type { BreathAlarm, BreathStats } from '@montana/breathing'
import type { Logger } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addBreatheFlags, type BreatheFlags, openBreathing } from './open.js'

const MS = 1000

export function runCommand(context: CliContext): Command {
  const command = new Command('run').description(
    'breathe until stopped: after every write, every poke, and on schedule',
  )
  return addBreatheFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<BreatheFlags>()
    const breathing = await openBreathing(context, flags, reporters(context, flags.json === true))
    const { breathBoundMs } = await import('@montana/breathing')
    const bound = breathBoundMs(breathing.options.intervalSeconds * MS) / MS
    context.err(`no agent: the hub alone carries writes; one is on every reachable host within ${bound} s`)
    await breathing.run(context.signal)
    breathing.close()
  })
}

function reporters(context: CliContext, isJson: boolean) {
  return {
    logger: stderrLogger(context),
    onCycle: (stats: BreathStats) => (isJson ? context.json({ event: 'cycle', ...stats }) : context.out(line(stats))),
    onAlarm: (alarm: BreathAlarm) => {
      if (isJson) context.json({ event: 'alarm', ...alarm })
      else context.err(`alarm: ${alarm.message} (${alarm.code})`)
    },
  }
}

function stderrLogger(context: CliContext): Logger {
  const tell = (fields: Readonly<Record<string, unknown>>, message: string) => {
    context.err(`breathe: ${message}${fields.reason === undefined ? '' : `: ${String(fields.reason)}`}`)
  }
  return { debug: () => {}, info: tell, warn: tell, error: tell }
}

function line({ inhaleTotal, inhaleFailed, exhaleTotal, exhaleFailed, unpushedAgeMs, conflicts }: BreathStats): string {
  const waiting = unpushedAgeMs > 0 ? `, unpublished for ${Math.round(unpushedAgeMs / MS)} s` : ''
  const inhaled = `in ${inhaleTotal - inhaleFailed}/${inhaleTotal}`
  return `${inhaled}, out ${exhaleTotal - exhaleFailed}/${exhaleTotal}, ${conflicts} conflicts${waiting}`
}
