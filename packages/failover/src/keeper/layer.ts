import type { TimedWard } from './ward.js'

/** One way to end services without the main thread; each alone is enough for its case. Spec three-mirror 9. */
export interface FenceLayer {
  /** Everything that runs now, each with its end; what is not in the list is no longer its business. */
  renew(wards: readonly TimedWard[]): void
  close(): Promise<void>
}

export interface LayerModules {
  /** Somebody has to look: a layer is missing, or had to act. */
  alarm(code: FenceAlarm, text: string): void
}

export type FenceAlarm = 'KEEPER_MISSING' | 'KEEPER_KILLED' | 'FENCE_THREAD_MISSING' | 'FENCE_THREAD_KILLED'
