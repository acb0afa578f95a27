import type { ReturnNotice } from '../contracts/fence.js'
import { MINUTE_MS } from './durations.js'

/** The returned primary must have lived for so long before it is given back. Spec repository-mirror 11.3. */
export const RETURN_SPAN_MS = 60 * MINUTE_MS

/** Notices of a returned primary, by the observer's clock. A value; kept beside the sentinel's memory. */
export interface ReturnMemory {
  readonly nonce: string | null
  readonly count: number
  readonly sinceMs: number | null
  readonly lastMs: number | null
}

export interface ReturnSettings {
  readonly recoveryObservations: number
  readonly stalenessMs: number
}

export interface ReturnObserved {
  readonly memory: ReturnMemory
  readonly decision: 'wait' | 'handback-ready'
}

export const NO_RETURN: ReturnMemory = { nonce: null, count: 0, sinceMs: null, lastMs: null }

/** Counts an observation each time the notice has advanced; a gap of T, or the own clock going back, starts over. */
export function observeReturn(
  memory: ReturnMemory,
  notice: ReturnNotice | null,
  nowMs: number,
  settings: ReturnSettings,
): ReturnObserved {
  const kept = isBroken(memory, nowMs, settings) ? { ...NO_RETURN, nonce: memory.nonce } : memory
  if (notice === null || notice.nonce === kept.nonce) return { memory: kept, decision: 'wait' }
  const sinceMs = kept.sinceMs ?? nowMs
  const next = { nonce: notice.nonce, count: kept.count + 1, sinceMs, lastMs: nowMs }
  const isReturned = next.count >= settings.recoveryObservations && nowMs - sinceMs >= RETURN_SPAN_MS
  return { memory: next, decision: isReturned ? 'handback-ready' : 'wait' }
}

function isBroken({ lastMs }: ReturnMemory, nowMs: number, { stalenessMs }: ReturnSettings): boolean {
  return lastMs !== null && (nowMs < lastMs || nowMs - lastMs >= stalenessMs)
}
