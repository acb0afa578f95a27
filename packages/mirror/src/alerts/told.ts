import { errorCode } from '@montana/foundation'
import type { MirrorStore } from '../store/mirror-store.js'

/** Longer than a line that comes and goes, shorter than what one could forget: after an hour it is told again. */
export const REPEAT_MS = 3_600_000

/** When an alert was told last. */
export interface ToldAlerts {
  /** Milliseconds since the epoch; null: never, or nobody knows. */
  lastMs(key: string): number | null
  note(key: string, atMs: number): void
}

/** A clock that went back is no reason to keep silent. */
export function isRepeated(lastMs: number | null, nowMs: number): boolean {
  return lastMs !== null && nowMs >= lastMs && nowMs - lastMs < REPEAT_MS
}

/** For one process: keys are few, codes times targets times layers. */
export function toldHere(): ToldAlerts {
  const last = new Map<string, number>()
  return { lastMs: (key) => last.get(key) ?? null, note: (key, atMs) => void last.set(key, atMs) }
}

/** Outlives the process. A store that is locked is no reason to lose an alert or to fail: this process still knows. */
export function toldInStore({ notes }: Pick<MirrorStore, 'notes'>): ToldAlerts {
  const here = toldHere()
  const name = (key: string) => `told:${key}`
  return {
    lastMs: (key) => here.lastMs(key) ?? unlessBusy(() => numberIn(notes.get(name(key)))),
    note: (key, atMs) => {
      here.note(key, atMs)
      unlessBusy(() => notes.set(name(key), String(atMs)))
    },
  }
}

function numberIn(text: string | undefined): number | null {
  const value = Number(text ?? Number.NaN)
  return Number.isFinite(value) ? value : null
}

function unlessBusy<T>(work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if (errorCode(error) === 'BUSY') return null
    throw error
  }
}
