import { formatDuration, MINUTE_MS } from './durations.js'
import type { Finding } from './verdict.js'

/** The clocks of whoever takes over, and what its provider told meanwhile. */
export interface ClockReading {
  /** By the own wall clock, once the answer was there. */
  readonly ownMs: number
  /** `Date` of the answer, in whole seconds, rounded down; null: it had none that can be read. */
  readonly providerMs: number | null
  /** From the question to its answer. */
  readonly tripMs: number
}

/** Between a stop that is signed with `latestMs` and a claim at `earliestMs` no wrong clock makes a wait shorter. */
export interface TakerTime {
  /** The earlier of both clocks: of what has passed. */
  readonly earliestMs: number
  /** The later of both: of what begins now. */
  readonly latestMs: number
  readonly finding: Finding | null
}

export type TakerClock = { readonly ok: TakerTime } | { readonly wrong: string }

export const CLOCK_REMEDY =
  'set the clock of this host, then give the same command again; or stop whatever acts on hosts, and say so with --drained'

/** Of a `Date` header; what it leaves open is a part of the skew. */
const RESOLUTION_MS = 999

/**
 * By which time a last permit is waited for: the own wall clock may have been set, and the command may be given on
 * another host than the one before, so no single clock is believed. Beyond the skew there is no change of roles. Spec
 * repository-mirror 9.3.
 */
export function takerClock({ ownMs, providerMs, tripMs }: ClockReading, skewMs: number): TakerClock {
  if (providerMs === null) return { ok: { earliestMs: ownMs, latestMs: ownMs, finding: UNCOMPARED } }
  const upToMs = providerMs + RESOLUTION_MS + tripMs
  if (ownMs - upToMs > skewMs) return { wrong: wrong(ownMs - upToMs, 'ahead of', skewMs) }
  if (providerMs - ownMs > skewMs) return { wrong: wrong(providerMs - ownMs, 'behind', skewMs) }
  const earliestMs = Math.min(ownMs, providerMs + RESOLUTION_MS)
  return { ok: { earliestMs, latestMs: Math.max(ownMs, providerMs + tripMs), finding: null } }
}

const UNCOMPARED: Finding = {
  code: 'provider-clock-unknown',
  message: 'the provider tells no time: the last permit is waited for by the own clock alone',
}

function wrong(byMs: number, where: string, skewMs: number): string {
  const by = formatDuration(Math.ceil(byMs / MINUTE_MS) * MINUTE_MS)
  return `the clock of this host is ${by} ${where} that of the provider; ${formatDuration(skewMs)} are allowed`
}
