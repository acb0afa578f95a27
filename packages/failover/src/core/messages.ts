import type { CoreSettings } from './api.js'
import { type CoreState, NEVER, type PauseUntil } from './state.js'
import type { Claim, Heartbeat, Pause, PostBody } from './types.js'
import { viewOf } from './view.js'

/** What this host tells another; its claims are those of its last turn, so a loop that stands still says nothing new. */
export function heartbeatOf(
  state: CoreState,
  settings: CoreSettings,
  receiver: string,
  sequence: number,
  nowMs: number,
): Heartbeat {
  return {
    group: settings.group,
    host: settings.self,
    bootId: settings.bootId,
    sequence,
    configDigest: settings.configDigest,
    policies: claimsOf(state),
    seen: seenBy(state, nowMs),
    highest: state.highest,
    noted: notedOf(state, receiver),
    breath: null,
    pause: pauseOf(state.pause, nowMs),
  }
}

function claimsOf({ policies }: CoreState): Record<string, Claim> {
  return Object.fromEntries(Object.entries(policies).map(([name, { claim }]) => [name, claim]))
}

/** Whole milliseconds, rounded up: an age is never told too young. */
function seenBy({ hosts }: CoreState, nowMs: number): Record<string, number> {
  const heard = Object.entries(hosts).filter(([, { relaySignMs }]) => relaySignMs > NEVER)
  return Object.fromEntries(heard.map(([host, { relaySignMs }]) => [host, Math.max(0, Math.ceil(nowMs - relaySignMs))]))
}

function notedOf({ hosts }: CoreState, receiver: string): Record<string, number> {
  const claims = Object.entries(hosts[receiver]?.claims ?? {})
  return Object.fromEntries(claims.map(([policy, { candidacy }]) => [policy, candidacy]))
}

function pauseOf(pause: PauseUntil | null, nowMs: number): Pause | null {
  if (!pause || pause.untilMs <= nowMs) return null
  return { reason: pause.reason, by: pause.by, remainingMs: pause.untilMs - nowMs }
}

export function postOf(state: CoreState, settings: CoreSettings, sequence: number, nowMs: number): PostBody {
  const { lives } = viewOf(state, settings, { nowMs, bootMs: nowMs })
  return {
    version: 1,
    group: settings.group,
    host: settings.self,
    bootId: settings.bootId,
    sequence,
    policies: claimsOf(state),
    visible: Object.keys(lives).filter((host) => lives[host]?.isVisible),
  }
}
