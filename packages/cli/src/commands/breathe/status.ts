import type { BreathStatus } from '@montana/breathing'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { formatTable, labelled } from '../../table.js'
import { addBreatheFlags, type BreatheFlags, openBreathing } from './open.js'

const REFS = ['host', 'commit', 'verified', 'lag ms', 'note']
const HELD = ['held back', 'why']
const SHORT = 12

export function statusCommand(context: CliContext): Command {
  const command = new Command('status').description(
    'what is here, what waits, what is held back; asks neither hub nor peers',
  )
  return addBreatheFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<BreatheFlags>()
    const breathing = await openBreathing(context, flags)
    const status = await breathing.status(context.signal)
    if (flags.json) context.json(status)
    else context.out(statusText(status))
    breathing.close()
  })
}

function statusText(status: BreathStatus): string {
  const { node, remote, head, stats, lastRun, refs, held, lagMs, clone } = status
  const rows = refs.map(({ host, commit, isVerified, message }) => {
    return [host, commit.slice(0, SHORT), isVerified ? 'yes' : 'no', lagMs[host] ?? null, message ?? '']
  })
  return [
    labelled('node', node),
    labelled('hub', remote),
    labelled('head', head?.slice(0, SHORT) ?? 'nothing written yet'),
    labelled('unpublished', `${Math.round(stats.unpushedAgeMs)} ms`),
    labelled('last cycle', lastRun === null ? 'none by run' : `${lastRun.at}, process ${lastRun.pid}`),
    ...(clone.length > 0 ? [labelled('clone', `in ${clone.join(' and ')}; it does not matter here`)] : []),
    ...(rows.length > 0 ? ['', formatTable(REFS, rows)] : []),
    ...(held.length > 0
      ? [
          '',
          formatTable(
            HELD,
            held.map(({ path, code, message }) => [path, `${code}: ${message}`]),
          ),
        ]
      : []),
  ].join('\n')
}
