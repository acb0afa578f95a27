import { decodeContext } from '@montana/consensus'
import type { HashBackend } from '@montana/native'
import type { ReadStore } from '@montana/store'
import { assessSpeed, measureClock, type SpeedVerdict } from '@montana/timechain'
import type { StartOptions } from './config/start-options.js'
import type { ClockReading } from './runtime/clock-runner.js'

/** Long enough for a rate that is right within a few percent on an idle core. */
const MEASURE_MS = 150

export interface StartSpeed extends SpeedVerdict {
  readonly stepsPerSecond: number
}

/** Whether this host can grind the mesh's D in the time of a window; undefined for a store without a chain. */
export async function checkSpeed(
  backend: HashBackend,
  store: ReadStore,
  { minWindowMs, clockFloorMs }: Pick<StartOptions, 'minWindowMs' | 'clockFloorMs'>,
): Promise<StartSpeed | undefined> {
  const context = store.context()
  if (!context) return undefined
  const { nextD } = decodeContext(context)
  const measured = await measureClock(backend, { ms: MEASURE_MS })
  const pretended = clockFloorMs > 0 ? (nextD * 1000) / clockFloorMs : measured
  // Where windows are paced, that is their period; elsewhere they are meant to take the time of production.
  const stepsPerSecond = Math.min(measured, pretended)
  const verdict = assessSpeed(stepsPerSecond, nextD, minWindowMs > 0 ? minWindowMs / 1000 : undefined)
  return { ...verdict, stepsPerSecond }
}

/** What the status shows until the clock has finished a window. */
export function readingOf({ stepsPerSecond, windowSeconds }: StartSpeed): ClockReading {
  return { stepsPerSecond: Math.round(stepsPerSecond), windowSeconds }
}
