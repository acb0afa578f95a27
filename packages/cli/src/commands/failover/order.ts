import type { AgentCommand } from '@montana/failover'
import type { CliContext } from '../../context.js'
import { type AgentFlags, agentClient } from './agent-flags.js'

/** Exit code of what a rule forbids: spec three-mirror 3.2. */
const REFUSED = 3

/** Gives the agent an order and says what became of it. False when a rule forbade it. */
export async function giveOrder(context: CliContext, flags: AgentFlags, order: AgentCommand): Promise<boolean> {
  const client = await agentClient(context, flags)
  const result = await client.command(order, context.signal)
  if (result.accepted) {
    if (flags.json) context.json({ accepted: true, text: result.text })
    else context.out(result.text)
    return true
  }
  const { rule, text } = result
  if (flags.json)
    context.json({
      error: { code: 'RULE_REFUSED', message: `${rule}: ${text}`, rule, remedy: 'see montana failover status' },
    })
  else context.err(`refused by ${rule}: ${text}`)
  context.exit(REFUSED)
  return false
}
