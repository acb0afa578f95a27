import { type Epoch, NO_EPOCH } from '../epoch.js'
import { HOP_MS } from './constants.js'
import { type CoreState, type HostKnowledge, NEVER, pauseUntil } from './state.js'
import type { Claim, Heartbeat } from './types.js'

/** Boot ids of a host that is being restarted over and over; an older message is as old as its claims. */
const PAST_BOOTS = 8

export function withHost(state: CoreState, host: string, change: Partial<HostKnowledge>): CoreState {
  const known = state.hosts[host]
  return known ? { ...state, hosts: { ...state.hosts, [host]: { ...known, ...change } } } : state
}

/** A sign of life of `host`: at the latest at `upperMs`, at the earliest at `lowerMs`. */
export function withSign(state: CoreState, host: string, upperMs: number, lowerMs: number): CoreState {
  const known = state.hosts[host]
  if (!known || (upperMs <= known.signMs && lowerMs <= known.relaySignMs)) return state
  return withHost(state, host, {
    signMs: Math.max(known.signMs, upperMs),
    relaySignMs: Math.max(known.relaySignMs, lowerMs),
  })
}

/** The signs of life of third hosts in a heartbeat; of a request (`sentMs` null) the way here is not known. */
export function withSeen(state: CoreState, heartbeat: Heartbeat, sentMs: number | null, atMs: number): CoreState {
  const lower = sentMs ?? atMs - HOP_MS
  const others = Object.entries(heartbeat.seen).filter(([host]) => host !== heartbeat.host)
  return others.reduce((next, [host, age]) => withSign(next, host, atMs - age, lower - age), state)
}

/** What a host says about itself and knows, unless it is older than what is known of it. */
export function withSpeech(state: CoreState, heartbeat: Heartbeat, atMs: number): CoreState {
  const known = state.hosts[heartbeat.host]
  if (!known || known.pastBootIds.includes(heartbeat.bootId)) return state
  const isSameBoot = known.bootId === heartbeat.bootId
  if (isSameBoot && heartbeat.sequence <= known.sequence) return state
  const next = withHighest(state, heartbeat.highest, heartbeat.policies, atMs)
  return withHost(next, heartbeat.host, {
    bootId: heartbeat.bootId,
    pastBootIds: isSameBoot || !known.bootId ? known.pastBootIds : bounded([...known.pastBootIds, known.bootId]),
    sequence: heartbeat.sequence,
    claims: heartbeat.policies,
    claimsMs: Math.max(known.claimsMs, atMs),
    knew: heartbeat.highest,
    noted: heartbeat.noted,
    pause: pauseUntil(heartbeat.pause, atMs),
  })
}

function bounded(bootIds: readonly string[]): readonly string[] {
  return bootIds.slice(-PAST_BOOTS)
}

/**
 * Claims of a post; those of a heartbeat that is at least as new stand. Whoever made the post at `madeMs` knew what this
 * host had learnt before that; of an epoch that was learnt later only what the post itself says is certain: D5.
 */
export function withPostedClaims(
  state: CoreState,
  host: string,
  claims: Readonly<Record<string, Claim>>,
  { madeMs, atMs }: { readonly madeMs: number; readonly atMs: number },
): CoreState {
  const next = withHighest(state, {}, claims, atMs)
  const known = next.hosts[host]
  if (!known || madeMs <= known.claimsMs) return next
  const knew = Object.entries(next.highest).map(([policy, highest]): [string, Epoch] => {
    const isOlder = (next.highestMs[policy] ?? NEVER) > madeMs
    return [policy, isOlder ? maxEpoch(NO_EPOCH, known.knew[policy], claims[policy]?.epoch) : highest]
  })
  return withHost(next, host, { claims, claimsMs: madeMs, knew: Object.fromEntries(knew) })
}

/** Highest epochs: of what was told, and of what was claimed. Names that are no policy of the group are left out. */
export function withHighest(
  state: CoreState,
  told: Readonly<Record<string, Epoch>>,
  claims: Readonly<Record<string, Claim>>,
  atMs: number,
): CoreState {
  const rises = Object.entries(state.highest).flatMap(([policy, known]): [string, Epoch][] => {
    const best = maxEpoch(known, told[policy], claims[policy]?.epoch)
    return best > known ? [[policy, best]] : []
  })
  if (rises.length === 0) return state
  const learnt = rises.map(([policy]) => [policy, atMs])
  return {
    ...state,
    highest: { ...state.highest, ...Object.fromEntries(rises) },
    highestMs: { ...state.highestMs, ...Object.fromEntries(learnt) },
  }
}

function maxEpoch(known: Epoch, ...others: readonly (Epoch | null | undefined)[]): Epoch {
  return others.reduce<Epoch>((best, other) => (other != null && other > best ? other : best), known)
}

export function withTried(state: CoreState, name: string, sentMs: number): CoreState {
  if (sentMs < state.freshSinceMs || state.tried.has(name)) return state
  return { ...state, tried: new Set([...state.tried, name]) }
}
