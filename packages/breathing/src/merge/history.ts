import { parseExactJson } from '@montana/foundation'
import { DAY_MS, HISTORY_BYTES, HISTORY_MS } from '../constants.js'
import { compactJson, type Json } from './json.js'
import type { Register } from './registers.js'
import { type Stamp, stampMs } from './stamp.js'

/** A value that a later write replaced; without one it was a deletion. Spec three-mirror 12.4. */
export interface Loser {
  readonly stamp: Stamp
  readonly path: string
  readonly pointer: string
  readonly value?: Json
}

/**
 * Losers by UTC day of their stamp (`yyyy-mm-dd`), each as one canonical line that begins with the stamp: a set, so
 * that a union is the merge, and the order of text is the order of writes.
 */
export type History = ReadonlyMap<string, ReadonlySet<string>>

export function loserLine(path: string, pointer: string, { stamp, value }: Register): string {
  return compactJson([stamp, path, pointer, ...(value === undefined ? [] : [value])])
}

export function parseLoser(line: string): Loser {
  const [stamp, path, pointer, ...value] = parseExactJson(line) as [string, string, string, Json?]
  return { stamp, path, pointer, ...(value[0] !== undefined && { value: value[0] }) }
}

/** Of a line, without parsing it: `["<stamp>",…`. */
export function lineStamp(line: string): Stamp {
  return line.slice(2, line.indexOf('"', 2))
}

export function dayOf(stamp: Stamp): string {
  return new Date(stampMs(stamp)).toISOString().slice(0, 10)
}

export function addLines(history: History, lines: Iterable<string>): History {
  const days = new Map<string, Set<string>>()
  for (const line of lines) {
    const day = dayOf(lineStamp(line))
    if (history.get(day)?.has(line)) continue
    const set = days.get(day) ?? new Set<string>()
    days.set(day, set.add(line))
  }
  if (days.size === 0) return history
  const merged = new Map(history)
  for (const [day, set] of days) merged.set(day, new Set([...(history.get(day) ?? []), ...set]))
  return merged
}

export function unionHistory(a: History, b: History): History {
  if (a === b || b.size === 0) return a
  let result = a
  for (const [day, set] of b) if (set !== a.get(day)) result = addLines(result, set)
  return result
}

export interface HistoryLimits {
  readonly bytes?: number
  readonly ageMs?: number
}

/**
 * The newest part that fits into the limits. The order of dropping is total, so trimming before or after a union gives
 * the same. What was imported has no time and goes by size alone. Spec three-mirror 12.7.
 */
export function trimHistory(history: History, nowMs: number, limits: HistoryLimits = {}): History {
  const { bytes = HISTORY_BYTES, ageMs = HISTORY_MS } = limits
  const oldest = new Date(nowMs - ageMs - DAY_MS).toISOString().slice(0, 10)
  const isOld = (day: string) => day < oldest && day !== dayOf('0'.repeat(16))
  const days = [...history].filter(([day]) => !isOld(day)).sort(([a], [b]) => (a < b ? 1 : -1))
  const kept = new Map<string, ReadonlySet<string>>()
  let left = bytes
  for (const [day, set] of days) {
    const part = newestOf(set, left)
    if (part.size > 0) kept.set(day, part)
    left = part.size === set.size ? left - sizeOf(set) : 0
  }
  return isSameHistory(kept, history) ? history : kept
}

const sizes = new WeakMap<ReadonlySet<string>, number>()

function sizeOf(set: ReadonlySet<string>): number {
  const known = sizes.get(set)
  if (known !== undefined) return known
  let size = 0
  for (const line of set) size += Buffer.byteLength(line)
  sizes.set(set, size)
  return size
}

function newestOf(set: ReadonlySet<string>, bytes: number): ReadonlySet<string> {
  if (sizeOf(set) <= bytes) return set
  const kept = new Set<string>()
  let left = bytes
  for (const line of [...set].sort().reverse()) {
    left -= Buffer.byteLength(line)
    if (left < 0) break
    kept.add(line)
  }
  return kept
}

function isSameHistory(a: History, b: History): boolean {
  return a.size === b.size && [...a].every(([day, set]) => b.get(day) === set)
}
