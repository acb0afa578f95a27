import type { RunData } from '../../analysis/run-data.js'
import type { Digest, DigestEntry } from '../../digest/schema.js'
import type { Report } from '../schema.js'

/** Rows per node; the rest is one sum, so that the table adds up (spec operations 6). */
const SHOWN = 8

/** Section 5: what the logs say most often. */
export function errorsSection({ digests }: RunData): Report['errors'] {
  return digests.map(errorsOf)
}

function errorsOf({ label, entries }: Digest): Report['errors'][number] {
  const sorted = [...entries].sort(byCount)
  const sum = (list: readonly DigestEntry[]) => list.reduce((total, { count }) => total + count, 0)
  return {
    label,
    entries: sorted.slice(0, SHOWN).map(({ unit, code, priority, count, first, last, sample }) => {
      return { unit, code, priority, count, first, last, sample }
    }),
    other: sum(sorted.slice(SHOWN)),
    total: sum(sorted),
  }
}

function byCount(a: DigestEntry, b: DigestEntry): number {
  return b.count - a.count || (a.template < b.template ? -1 : 1)
}
