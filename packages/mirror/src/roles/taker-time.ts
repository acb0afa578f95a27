import type { TimeSource } from '@montana/foundation'
import type { ProviderClock } from '../contracts/provider.js'
import type { StopFacts } from '../decide/last-permit.js'
import { CLOCK_REMEDY, type TakerClock, type TakerTime, takerClock } from '../decide/taker-clock.js'
import type { Finding } from '../decide/verdict.js'
import { NotYet } from './not-yet.js'

export interface TakerClockInit {
  /** Of the same provider at the stop and at the claim. */
  readonly clock: ProviderClock
  readonly time: TimeSource
  readonly skewMs: number
}

export interface StopClockInit extends TakerClockInit {
  /** Where nothing is waited for, no clock counts. */
  readonly isDrained: boolean
  readonly onFinding?: (finding: Finding) => void
}

export async function askTakerClock({ clock, time, skewMs }: TakerClockInit, signal: AbortSignal): Promise<TakerClock> {
  const startMs = time.monotonicMs()
  const providerMs = await clock.nowMs(signal)
  const tripMs = time.monotonicMs() - startMs
  return takerClock({ ownMs: time.wallMs(), providerMs, tripMs }, skewMs)
}

/** Throws NotYet (PRECONDITION) while the clocks differ: nothing is taken back, and the same command goes on. */
export async function takerTime(init: TakerClockInit, signal: AbortSignal): Promise<TakerTime> {
  const found = await askTakerClock(init, signal)
  if ('ok' in found) return found.ok
  throw new NotYet(found.wrong, { code: 'PRECONDITION', waitMs: null, remedy: CLOCK_REMEDY })
}

/** What signs the record of a stop, in milliseconds. Throws as `takerTime`. */
export async function stopTimeMs(init: StopClockInit, signal: AbortSignal): Promise<number> {
  return init.isDrained ? init.time.wallMs() : (await takerTime(init, signal)).latestMs
}

/** From which the wait for the last permit is counted. Throws as `takerTime`. */
export async function stopFacts(init: StopClockInit, signal: AbortSignal): Promise<StopFacts> {
  const { isDrained, skewMs, time, onFinding } = init
  if (isDrained) return { isDrained, skewMs, nowMs: time.wallMs() }
  const { earliestMs, finding } = await takerTime(init, signal)
  if (finding !== null) onFinding?.(finding)
  return { isDrained, skewMs, nowMs: earliestMs }
}
