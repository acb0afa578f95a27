import { ApiError } from '../errors.js'
import { type Answered, type AskedStatus, answered } from './ask.js'
import type { Order } from './order-schema.js'
import { unknownGroup } from './sampler.js'

/**
 * Whom to give an order: what concerns one host to its own agent, a promotion to whoever decides it, and what concerns all
 * to any. Throws ApiError. Pure.
 */
export function chooseAgent(order: Order, asked: readonly AskedStatus[]): Answered {
  const own = answered(asked).filter(({ value }) => value.group === order.group)
  const [any] = own
  if (!any) throw unknownGroup()
  const of = (host: string | undefined) => own.find(({ value }) => value.self === host)
  if (order.kind === 'promote') return of(leaderOf(order.policy, own)) ?? of(order.host) ?? any
  return order.kind === 'step-down' ? (of(order.host) ?? notHere(order.host)) : any
}

function leaderOf(policy: string, own: readonly Answered[]): string | undefined {
  return own.map(({ value }) => value.policies[policy]?.leader?.host).find((host) => host !== undefined)
}

/** Nobody tells a host to step down but its own operator. */
function notHere(host: string): never {
  throw new ApiError(409, 'AGENT_UNREACHABLE', `the agent of ${host} does not answer this console`, {
    field: 'host',
    remedy: 'promote another host, or give the order where its agent runs',
  })
}
