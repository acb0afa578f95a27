import type { CoreSettings } from './api.js'
import { withHost, withSeen, withSign, withSpeech, withTried } from './knowledge.js'
import type { CoreState } from './state.js'
import type { Observation } from './types.js'

type Of<K extends Observation['kind']> = Extract<Observation, { kind: K }>

/** The host answered a request of this one: it lives, it is reached, and it reaches us. */
export function onAnswered(state: CoreState, { host, sentAtMs, atMs, heartbeat }: Of<'answered'>): CoreState {
  const known = state.hosts[host]
  if (!known || known.pastBootIds.includes(heartbeat.bootId)) return state
  const told = withSeen(withSpeech(state, heartbeat, atMs), heartbeat, sentAtMs, atMs)
  const signed = withSign(withTried(learned(told, host), host, sentAtMs), host, atMs, sentAtMs)
  return withHost(signed, host, {
    answeredSentMs: Math.max(known.answeredSentMs, sentAtMs),
    reachedMs: Math.max(known.reachedMs, sentAtMs),
    misses: 0,
    suspectSinceMs: null,
    lostAtMs: null,
  })
}

/** A probe of an older time says nothing once a later one was answered. */
export function onMissed(state: CoreState, { host, sentAtMs, atMs }: Of<'missed'>, settings: CoreSettings): CoreState {
  const known = state.hosts[host]
  const next = withTried(state, host, sentAtMs)
  if (!known || sentAtMs <= known.answeredSentMs) return next
  const misses = known.misses + 1
  const isLost = misses === settings.timing.misses
  return withHost(next, host, {
    misses,
    suspectSinceMs: known.suspectSinceMs ?? atMs,
    lostAtMs: isLost ? atMs : known.lostAtMs,
  })
}

export function onHeard(state: CoreState, { host, atMs, heartbeat }: Of<'heard'>): CoreState {
  if (state.hosts[host]?.pastBootIds.includes(heartbeat.bootId)) return state
  return withSign(withSeen(withSpeech(state, heartbeat, atMs), heartbeat, null, atMs), host, atMs, atMs)
}

export function onAsked(state: CoreState, { host, atMs }: Of<'asked'>): CoreState {
  return withSign(state, host, atMs, atMs)
}

/** With a heartbeat the host answered a peer, which proves that both hear each other; else it is only an age. */
export function onRelayed(state: CoreState, { host, sentAtMs, atMs, ageMs, heartbeat }: Of<'relayed'>): CoreState {
  const known = state.hosts[host]
  if (!known) return state
  if (!heartbeat) return ageMs === null ? state : withSign(state, host, atMs - ageMs, sentAtMs - ageMs)
  if (heartbeat.host !== host || known.pastBootIds.includes(heartbeat.bootId)) return state
  const madeMs = sentAtMs - (ageMs ?? 0)
  const told = withSeen(withSpeech(state, heartbeat, atMs - (ageMs ?? 0)), heartbeat, madeMs, atMs)
  return withHost(withSign(learned(told, host), host, atMs - (ageMs ?? 0), madeMs), host, {
    relayedSentMs: Math.max(known.relayedSentMs, madeMs),
    reachedMs: Math.max(known.reachedMs, madeMs),
  })
}

/** D10: this host has told what it knows. */
function learned(state: CoreState, host: string): CoreState {
  if (!state.amnesia || state.amnesia.hosts.has(host)) return state
  return { ...state, amnesia: { ...state.amnesia, hosts: new Set([...state.amnesia.hosts, host]) } }
}
