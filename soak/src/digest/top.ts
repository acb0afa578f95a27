import { byCount, isTrouble } from './rank.js'
import type { Digest, DigestEntry } from './schema.js'

/** Rows per node in a table: spec operations 6. */
export const TOP_ENTRIES = 8

export interface TopEntries {
  readonly entries: readonly DigestEntry[]
  /** Lines that are in no row: total minus those of the rows. */
  readonly other: number
  /** All lines that were read, those left out included. */
  readonly total: number
}

/**
 * The most frequent entries that may tell of trouble (a warning or worse, a code, or unknown weight), and one number for
 * everything else: Σ entries + other = total. Pure.
 */
export function topEntries({ entries, dropped }: Pick<Digest, 'entries' | 'dropped'>): TopEntries {
  const rows = entries.filter(isTrouble).sort(byCount).slice(0, TOP_ENTRIES)
  const total = dropped + linesOf(entries)
  return { entries: rows, other: total - linesOf(rows), total }
}

function linesOf(entries: readonly DigestEntry[]): number {
  return entries.reduce((sum, { count }) => sum + count, 0)
}
