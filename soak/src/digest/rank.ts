import { UNCODED } from './codes.js'
import type { DigestEntry } from './schema.js'

/** Syslog: warning and worse. */
const WARNING = 4

type Ranked = Pick<DigestEntry, 'unit' | 'code' | 'priority' | 'template' | 'count'>

/** A line that may tell of trouble: a warning or worse, one with a code, or one of unknown weight. */
export function isTrouble({ priority, code }: Pick<DigestEntry, 'priority' | 'code'>): boolean {
  return priority === null || priority <= WARNING || code !== UNCODED
}

/** The most frequent first; a total order, so that the same lines give the same list. */
export function byCount(a: Ranked, b: Ranked): number {
  return b.count - a.count || compare(keyOf(a), keyOf(b))
}

/** What is worth keeping first, where not everything can be kept. */
export function byWeight(a: Ranked, b: Ranked): number {
  return Number(isTrouble(b)) - Number(isTrouble(a)) || byCount(a, b)
}

/** Names one kind of line. */
export function keyOf({ unit, code, template }: Pick<Ranked, 'unit' | 'code' | 'template'>): string {
  return JSON.stringify([unit, code, template])
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
