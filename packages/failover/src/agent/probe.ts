import type { AnswerBody, RequestBody } from '../channel/messages/messages.js'
import type { Heartbeat } from '../core/types.js'
import type { IncomingModules } from './incoming.js'

const FORWARD_TIMEOUT_MS = 1_200

/** Asks `host` now, instead of `from` who gets no answer; if there is none here either, whoever else can be asked. */
export async function probe(
  modules: IncomingModules,
  from: string,
  { host, isForwarded }: RequestBody<'probe'>,
  signal: AbortSignal,
): Promise<AnswerBody<'probe'>> {
  const { self, nowMs, push } = modules
  push({ kind: 'asked', host: from, atMs: nowMs() })
  if (host === self) return { host, ageMs: 0, heartbeat: null }
  const sentAtMs = nowMs()
  const direct = modules.heartbeats.ask(host, signal)
  const others = isForwarded ? [] : modules.peers.filter((peer) => peer !== from && peer !== host)
  const answers = await Promise.all([direct, ...others.map((peer) => forward(modules, peer, host, signal))])
  const heartbeat = answers.find((answer) => answer !== null) ?? null
  const ageMs = heartbeat ? Math.round(nowMs() - sentAtMs) : modules.ageOf(host)
  return { host, ageMs, heartbeat }
}

async function forward(
  { channel }: IncomingModules,
  peer: string,
  host: string,
  signal: AbortSignal,
): Promise<Heartbeat | null> {
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(FORWARD_TIMEOUT_MS)])
  const question: RequestBody<'probe'> = { host, isForwarded: true }
  return await channel.request(peer, 'probe', question, timeout).then(
    (answer) => (answer as AnswerBody<'probe'>).heartbeat,
    () => null,
  )
}
