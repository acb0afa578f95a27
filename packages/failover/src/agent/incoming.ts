import type { AnswerBody, RequestBody } from '../channel/messages/messages.js'
import type { NodeChannel, RequestType } from '../channel/types.js'
import type { HandoverMessage, Heartbeat, Observation } from '../core/types.js'
import { FailoverError } from '../errors.js'
import type { Commands } from './commands.js'
import type { Heartbeats } from './heartbeats.js'
import type { AgentModules } from './ports.js'
import { probe } from './probe.js'

export interface IncomingModules extends Pick<AgentModules, 'breath' | 'history'> {
  readonly self: string
  readonly peers: readonly string[]
  readonly channel: NodeChannel
  readonly heartbeats: Heartbeats
  readonly commands: Commands
  readonly nowMs: () => number
  /** Of the next turn of the loop: a loop that stands still answers nobody. */
  answer(receiver: string): Promise<Heartbeat>
  push(observation: Observation): void
  /** Best known age of the last sign of life of a host, milliseconds. */
  ageOf(host: string): number | null
}

/** What the other hosts of the group ask, over the node channel. Spec three-mirror 11.4. */
export function answerRequests(modules: IncomingModules, signal: AbortSignal): void {
  modules.channel.onRequest((from, type, body) => answer(modules, from, type, body, signal))
}

/** Bodies are of the form of their type: the channel has checked them. */
async function answer(
  modules: IncomingModules,
  from: string,
  type: RequestType,
  body: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const { push, nowMs, breath, commands } = modules
  if (type === 'heartbeat') return await heard(modules, from, body as RequestBody<'heartbeat'>)
  if (type === 'probe') return await probe(modules, from, body as RequestBody<'probe'>, signal)
  if (type === 'history') return historyPage(modules, body as RequestBody<'history'>)
  if (type === 'poke' || type === 'breathWant') {
    if (breath) return await breath.request(from, type, body, signal)
    throw new FailoverError('CHANNEL_REFUSED', 'no breathing is attached')
  }
  if (type === 'command') commands.passedOn(from, body as RequestBody<'command'>)
  else push({ kind: 'message', from, atMs: nowMs(), message: body as HandoverMessage })
  return {}
}

async function heard({ push, nowMs, answer }: IncomingModules, from: string, heartbeat: Heartbeat): Promise<Heartbeat> {
  if (heartbeat.host !== from) throw new FailoverError('CHANNEL_REFUSED', 'a heartbeat of another host')
  push({ kind: 'heard', host: from, atMs: nowMs(), heartbeat })
  return await answer(from)
}

function historyPage({ history }: IncomingModules, { after, limit }: RequestBody<'history'>): AnswerBody<'history'> {
  return history.page(after, limit)
}
