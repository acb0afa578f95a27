import type { JournalEntry } from '@montana/consensus'
import type { JournalAppend, ReadStore, JournalEntry as StoredEntry } from '@montana/store'

/** Only a confirmation may be replaced: the engine signs a richer one when more became listable (spec protocol 8.2). */
export function toStoredEntry(entry: JournalEntry): JournalAppend {
  const isConfirmation = entry.kind === 'confirmation'
  return { ...entry, kind: isConfirmation ? 'bc' : entry.kind, replace: isConfirmation } as JournalAppend
}

/** Entries of `fromWindow` and later that the engine knows how to continue from. */
export function readJournal(store: ReadStore, fromWindow: number): JournalEntry[] {
  return [...store.journal.entries(fromWindow)].flatMap((entry) => {
    const kind = ENGINE_KINDS[entry.kind]
    return kind ? [{ ...entry, kind }] : []
  })
}

const ENGINE_KINDS: Readonly<Record<StoredEntry['kind'], JournalEntry['kind'] | undefined>> = {
  header: 'header',
  vote: 'vote',
  reveal: 'reveal',
  bc: 'confirmation',
  lock: undefined,
}
