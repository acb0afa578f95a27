import { userInfo } from 'node:os'
import { UsageError } from '@montana/foundation'
import type { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { parseSeconds, SECONDS_FORMS } from './duration.js'

export interface AgentFlags extends GlobalOptions {
  socket?: string
  reason?: string
}

export const DEFAULT_SOCKET = '/run/montana-failover/failover.sock'

export function addAgentFlags(command: Command): Command {
  return command.option(
    '--socket <path>',
    `socket of the agent (default: MONTANA_FAILOVER_SOCKET, else ${DEFAULT_SOCKET})`,
  )
}

export function addReasonFlag(command: Command): Command {
  return addAgentFlags(command).requiredOption(
    '--reason <text>',
    'why; it stands in the log of the agent, and in the history of the group where a role changes',
  )
}

/** Loaded only by the commands that talk to an agent. */
export async function agentClient({ environment }: CliContext, { socket }: AgentFlags) {
  const { ControlClient } = await import('@montana/failover/client')
  return new ControlClient(socket ?? environment.MONTANA_FAILOVER_SOCKET ?? DEFAULT_SOCKET)
}

/** Who is recorded beside the reason. */
export function operatorName({ environment }: CliContext): string {
  return environment.SUDO_USER ?? userInfo().username
}

/** Milliseconds. Throws {@link UsageError}. */
export function readDuration(flag: string, text: string): number {
  const seconds = parseSeconds(text)
  if (seconds !== undefined) return Math.round(seconds * 1_000)
  throw new UsageError(`--${flag} '${text}' is not a duration`, { field: flag, remedy: `use ${SECONDS_FORMS}` })
}
