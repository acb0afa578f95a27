import type { AnswerBody, RequestBody } from '../channel/messages/messages.js'
import type { Heartbeat } from '../core/types.js'
import type { IncomingModules } from './incoming.js'

const FORWARD_TIMEOUT_MS = 1_200

export type ProbeModules = Pick<IncomingModules, 'self' | 'peers' | 'channel' | 'nowMs' | 'push' | 'ageOf'> & {
  readonly heartbeats: Pick<IncomingModules['heartbeats'], 'ask'>
}

/** Asks `host` now, instead of `from` who gets no answer, and by way of the others. The first sign of life is the answer. */
export async function probe(
  modules: ProbeModules,
  from: string,
  { host, forwardedFor }: RequestBody<'probe'>,
  signal: AbortSignal,
): Promise<AnswerBody<'probe'>> {
  const { self, nowMs, push, ageOf, heartbeats } = modules
  // Before the question goes out, so that whoever is asked learns that they live.
  for (const asker of [from, forwardedFor]) if (asker !== null) push({ kind: 'asked', host: asker, atMs: nowMs() })
  if (host === self) return { host, ageMs: 0, heartbeat: null }
  const sentAtMs = nowMs()
  const others = forwardedFor === null ? modules.peers.filter((peer) => peer !== from && peer !== host) : []
  const forwarded = others.map((peer) => forward(modules, peer, { host, forwardedFor: from }, signal))
  const heartbeat = await firstOf([heartbeats.ask(host, signal), ...forwarded])
  return { host, ageMs: heartbeat ? Math.round(nowMs() - sentAtMs) : ageOf(host), heartbeat }
}

/** As soon as one has it: who waited for the dead as well would refute a suspicion too late. Null when nobody has. */
async function firstOf(answers: readonly Promise<Heartbeat | null>[]): Promise<Heartbeat | null> {
  const found = answers.map(async (answer) => (await answer) ?? Promise.reject(new Error('no sign of life')))
  return await Promise.any(found).catch(() => null)
}

async function forward(
  { channel }: ProbeModules,
  peer: string,
  question: RequestBody<'probe'>,
  signal: AbortSignal,
): Promise<Heartbeat | null> {
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(FORWARD_TIMEOUT_MS)])
  return await channel.request(peer, 'probe', question, timeout).then(
    (answer) => (answer as AnswerBody<'probe'>).heartbeat,
    () => null,
  )
}
