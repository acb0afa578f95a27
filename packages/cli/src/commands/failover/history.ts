import type { GroupHistory } from '@montana/failover'
import { UsageError } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { formatTable } from '../../table.js'
import { type AgentFlags, addAgentFlags, agentClient } from './agent-flags.js'

interface HistoryFlags extends AgentFlags {
  limit: string
}

const LIMIT_MAX = 10_000

export function historyCommand(context: CliContext): Command {
  const command = new Command('history')
    .description('every change of role in the group, with its reason')
    .option('--limit <N>', 'newest N', '20')
  return addAgentFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<HistoryFlags>()
    const client = await agentClient(context, flags)
    const { history, incidents } = await client.history(readLimit(flags.limit), context.signal)
    if (flags.json) return context.json({ history, incidents })
    if (history.length === 0) return context.out('no change of role yet')
    context.out(formatTable(['at', 'host', 'policy', 'change', 'epoch', 'mode', 'rule', 'reason'], history.map(cells)))
    for (const incident of incidents) context.out(incidentText(incident))
  })
}

type HistoryLine = GroupHistory['history'][number]

function incidentText({ policy, sides: [a, b], overlapMs }: GroupHistory['incidents'][number]): string {
  const side = ({ host, epoch, mode, unfenced }: typeof a) => `${host} (epoch ${epoch}, ${mode}, unfenced: ${unfenced})`
  return `incident: for ${policy} ${side(a)} and ${side(b)} acted at once for ${(overlapMs / 1000).toFixed(1)} s`
}

function cells(line: HistoryLine): (string | null)[] {
  return [line.at, line.host, line.policy, `${line.from} → ${line.to}`, line.epoch, line.mode, line.rule, line.reason]
}

function readLimit(text: string): number {
  const value = Number(text)
  if (/^\d{1,5}$/.test(text) && value >= 1 && value <= LIMIT_MAX) return value
  throw new UsageError(`--limit '${text}' is not a count`, {
    field: 'limit',
    remedy: `give a number from 1 to ${LIMIT_MAX}`,
  })
}
