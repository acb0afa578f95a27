import { errorCode, errorMessage, MontanaError, withTimeout } from '@montana/foundation'
import type { FailoverAcceptedView } from '../api/failover-views.js'
import { ApiError } from '../errors.js'
import { agentResultSchema } from './agent-schema.js'
import type { Audit, AuditedOrder, Outcome } from './audit.js'
import { chooseAgent } from './choose-agent.js'
import { OPERATOR_MAX_CHARS, ORDER_DEADLINE_MS } from './constants.js'
import type { Order } from './order-schema.js'
import type { FailoverSampler } from './sampler.js'
import type { FailoverCommand, FailoverSource } from './source.js'

export interface OrderModules {
  readonly sampler: FailoverSampler
  readonly audit: Audit
  /** Who runs the console; agents write it down. */
  readonly operator: string
  readonly signal: AbortSignal
}

/** Gives orders to agents and writes down which, and what became of them. */
export class Orders {
  readonly #modules: OrderModules
  readonly #by: string

  constructor(modules: OrderModules) {
    this.#modules = modules
    this.#by = `${modules.operator} (console)`.slice(0, OPERATOR_MAX_CHARS)
  }

  /** Throws ApiError: 409 for what a rule forbids, 404 and 422 for names, 502 and 503 for an agent. */
  async give(order: Order): Promise<FailoverAcceptedView> {
    const { sampler, audit } = this.#modules
    const { source } = chooseAgent(order, await sampler.statuses())
    const id = await audit.asked(auditedOrder(order, this.#by))
    try {
      const text = await this.#command(source, commandOf(order, this.#by))
      await audit.ended(id, 'accepted', text)
      return { accepted: true, text }
    } catch (error) {
      await audit.ended(id, outcomeOf(error), errorMessage(error))
      throw error
    }
  }

  async #command(source: FailoverSource, command: FailoverCommand): Promise<string> {
    const answer = await withTimeout(ORDER_DEADLINE_MS, this.#modules.signal, (limited) =>
      source.command(command, limited),
    ).catch((error: unknown) => {
      throw refusalOf(error)
    })
    const { data: result } = agentResultSchema.safeParse(answer)
    if (!result) throw refused('the answer of the agent has another form', 'run console and agents of the same release')
    if (result.accepted) return result.text
    const remedy = 'see the state of the group; docs/failover.md explains the rules'
    throw new ApiError(409, 'RULE_REFUSED', `${result.rule}: ${result.text}`, { remedy })
  }
}

function outcomeOf(error: unknown): Outcome {
  return errorCode(error) === 'RULE_REFUSED' ? 'refused' : 'failed'
}

function auditedOrder(order: Order, by: string): AuditedOrder {
  const { kind, group, reason } = order
  const policy = order.kind === 'promote' ? order.policy : null
  const host = order.kind === 'promote' || order.kind === 'step-down' ? order.host : null
  return { kind, group, policy, host, reason, by }
}

function commandOf(order: Order, by: string): FailoverCommand {
  const { reason } = order
  if (order.kind === 'promote') {
    const { kind, policy, host, isForced } = order
    return { kind, policy, host, isForced, reason, by }
  }
  if (order.kind === 'resume') return { kind: order.kind, reason, by }
  return { kind: order.kind, forMs: order.forMs, reason, by }
}

/** What the agent says is for operators; where it does not answer, the system's words may name a path. */
function refusalOf(error: unknown): ApiError {
  const code = errorCode(error)
  if (code === 'AGENT_UNREACHABLE' || code === 'TIMEOUT') {
    const remedy = 'look whether it happened before you ask again'
    return new ApiError(503, 'AGENT_UNREACHABLE', 'the agent did not answer', { remedy })
  }
  if (!(error instanceof MontanaError)) return refused('the agent could not be asked', 'see the log of the agent')
  const { message, remedy = 'see the log of the agent', field } = error
  if (code !== 'USAGE') return refused(message, remedy)
  return new ApiError(422, 'FIELD_INVALID', message, { remedy, ...(field && { field }) })
}

function refused(message: string, remedy: string): ApiError {
  return new ApiError(502, 'AGENT_REFUSED', message, { remedy })
}
