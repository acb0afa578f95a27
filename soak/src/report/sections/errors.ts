import type { RunData } from '../../analysis/run-data.js'
import type { Digest } from '../../digest/schema.js'
import { topEntries } from '../../digest/top.js'
import type { Report } from '../schema.js'

/** Section 5: what the logs say most often. */
export function errorsSection({ digests }: RunData): Report['errors'] {
  return digests.map(errorsOf)
}

function errorsOf(digest: Digest): Report['errors'][number] {
  const { entries, other, total } = topEntries(digest)
  const rows = entries.map(({ unit, code, priority, count, first, last, sample }) => {
    return { unit, code, priority, count, first, last, sample }
  })
  return { label: digest.label, entries: rows, other, total }
}
