import type { JournalEntry } from '@montana/consensus'
import type { JournalAppend, JournalKind, ReadStore } from '@montana/store'

/** What the engine may replace: a confirmation by a richer one (spec protocol 8.2), a lock by a later one (11.2). */
const REPLACEABLE: ReadonlySet<JournalEntry['kind']> = new Set<JournalEntry['kind']>(['confirmation', 'lock'])

export function toStoredEntry(entry: JournalEntry): JournalAppend {
  const kind: JournalKind = entry.kind === 'confirmation' ? 'bc' : entry.kind
  return { ...entry, kind, replace: REPLACEABLE.has(entry.kind) }
}

/** Entries of `fromWindow` and later, in the engine's terms. */
export function readJournal(store: ReadStore, fromWindow: number): JournalEntry[] {
  return [...store.journal.entries(fromWindow)].map((entry) => ({
    ...entry,
    kind: entry.kind === 'bc' ? 'confirmation' : entry.kind,
  }))
}
