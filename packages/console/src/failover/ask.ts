import { errorCode, withTimeout } from '@montana/foundation'
import type { z } from 'zod'
import type { FailoverAgentView } from '../api/failover-views.js'
import { type AgentHistory, type AgentStatus, agentHistorySchema, agentStatusSchema } from './agent-schema.js'
import { ASK_DEADLINE_MS } from './constants.js'
import type { FailoverSource } from './source.js'

export type AgentError = NonNullable<FailoverAgentView['error']>

/** An answer that has the form it should have, or why there is none. */
export type Asked<T> =
  | { readonly source: FailoverSource; readonly value: T; readonly error: null }
  | { readonly source: FailoverSource; readonly value: null; readonly error: AgentError }

export type AskedStatus = Asked<AgentStatus>
/** One that has answered. */
export type Answered = Extract<AskedStatus, { error: null }>

export function answered(asked: readonly AskedStatus[]): Answered[] {
  return asked.filter((one) => one.error === null)
}

export async function askStatus(source: FailoverSource, signal: AbortSignal): Promise<AskedStatus> {
  return await ask(source, agentStatusSchema, (limited) => source.status(limited), signal)
}

export async function askHistory(
  source: FailoverSource,
  limit: number,
  signal: AbortSignal,
): Promise<Asked<AgentHistory>> {
  return await ask(source, agentHistorySchema, (limited) => source.history(limit, limited), signal)
}

/** Rejects only when `signal` fires: AbortError. */
async function ask<T>(
  source: FailoverSource,
  schema: z.ZodType<T>,
  question: (signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
): Promise<Asked<T>> {
  try {
    const answer = await withTimeout(ASK_DEADLINE_MS, signal, question)
    const parsed = schema.safeParse(answer)
    if (parsed.success) return { source, value: parsed.data, error: null }
    return { source, value: null, error: agentError('STATUS_INVALID') }
  } catch (error) {
    if (signal.aborted) throw error
    return { source, value: null, error: agentError(rootCode(error)) }
  }
}

/** Of the socket, where the agent's own error only says that nothing answers. */
function rootCode(error: unknown): string {
  const { cause } = error as { cause?: unknown }
  return cause === undefined ? errorCode(error) : errorCode(cause)
}

const START = 'start it with montana failover run, or give --failover-socket the path of its socket'
const FAULTS: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  ENOENT: ['there is no socket', START],
  ECONNREFUSED: ['nothing listens at its socket', START],
  EACCES: ['its socket may not be opened', 'run the console as a member of the group of the socket'],
  TIMEOUT: ['it does not answer in time', 'look whether its process is stopped, or the host is overloaded'],
  STATUS_INVALID: ['its answer has another form', 'run console and agents of the same release'],
}

/** In words of our own: what the system says may name a path. */
function agentError(code: string): AgentError {
  const [message, remedy] = FAULTS[code] ?? ['it does not answer', 'see the log of the agent']
  return { code, message, remedy }
}
