import type { SoakRecord } from '../record/schema.js'
import type { Place, SoakWarning } from './defect.js'

/** Clocks of one record. */
export interface Clocks {
  readonly tsMs: number
  readonly monoMs: number
  readonly bootId: string | null
}

export function clocksOf({ ts, mono_ms, collector }: SoakRecord): Clocks {
  return { tsMs: Date.parse(ts), monoMs: mono_ms, bootId: collector.boot_id }
}

/** The wall clock went back while the monotonic clock of the same boot went on. Pure. */
export function clockStep(before: Clocks | undefined, now: Clocks, at: Place, seq: number): SoakWarning | undefined {
  if (!before || before.bootId !== now.bootId) return undefined
  const isStep = now.tsMs < before.tsMs && now.monoMs > before.monoMs
  return isStep ? { ...at, seq, kind: 'clock_step' } : undefined
}
