import { ConfigError } from '@montana/foundation'
import { openStore } from '@montana/store'
import { readSignFrom, writeSignFrom } from './sign-from.js'

export interface JournalState {
  readonly head: number
  /** The first window that this node signs for; null while it may have forgotten what it signed. */
  readonly signFrom: number | null
  readonly entries: number
}

/** Reads only. Throws what {@link openStore} throws. */
export function readJournalState(dataDir: string): JournalState {
  const store = openStore({ dir: dataDir, mode: 'read' })
  try {
    const head = store.head()?.window ?? 0
    return { head, signFrom: readSignFrom(store) ?? null, entries: [...store.journal.entries(0)].length }
  } finally {
    store.close()
  }
}

/**
 * Lets a node sign again although its journal may be missing: for the case that all members lost theirs and the rule
 * itself halts the network (spec protocol 16.3). The node must be stopped.
 */
export function liftSilence(dataDir: string): JournalState {
  const store = openStore({ dir: dataDir, mode: 'write' })
  try {
    const head = store.head()
    if (!head) throw new ConfigError(`${dataDir} has no chain yet`, { code: 'NO_STORE', field: 'data-dir' })
    writeSignFrom(store, head.window + 1)
    return { head: head.window, signFrom: head.window + 1, entries: [...store.journal.entries(0)].length }
  } finally {
    store.close()
  }
}
