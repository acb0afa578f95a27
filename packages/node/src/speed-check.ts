import { decodeContext } from '@montana/consensus'
import type { HashBackend } from '@montana/native'
import type { ReadStore } from '@montana/store'
import { assessSpeed, measureClock, type SpeedVerdict } from '@montana/timechain'
import type { StartOptions } from './config/start-options.js'

/** Long enough for a rate that is right within a few percent on an idle core. */
const MEASURE_MS = 150

/** Whether this host can grind the mesh's D in the time of a window; undefined for a store without a chain. */
export async function checkSpeed(
  backend: HashBackend,
  store: ReadStore,
  { minWindowMs, clockFloorMs }: Pick<StartOptions, 'minWindowMs' | 'clockFloorMs'>,
): Promise<SpeedVerdict | undefined> {
  const context = store.context()
  if (!context) return undefined
  const { nextD } = decodeContext(context)
  const measured = await measureClock(backend, { ms: MEASURE_MS })
  const pretended = clockFloorMs > 0 ? (nextD * 1000) / clockFloorMs : measured
  // Where windows are paced, that is their period; elsewhere they are meant to take the time of production.
  return assessSpeed(Math.min(measured, pretended), nextD, minWindowMs > 0 ? minWindowMs / 1000 : undefined)
}
