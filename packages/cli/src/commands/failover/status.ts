import type { FailoverStatus } from '@montana/failover'
import { Command } from 'commander'
import { wantsColor } from '../../color.js'
import type { CliContext } from '../../context.js'
import { type AgentFlags, addAgentFlags, agentClient } from './agent-flags.js'
import { statusText } from './status-text.js'

export function statusCommand(context: CliContext): Command {
  const command = new Command('status').description('who leads, who lives, and what this host would do')
  return addAgentFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<AgentFlags>()
    const client = await agentClient(context, flags)
    const status: FailoverStatus = await client.status(context.signal)
    if (flags.json) return context.json(status)
    for (const line of statusText(status, wantsColor(context, flags))) context.out(line)
  })
}
