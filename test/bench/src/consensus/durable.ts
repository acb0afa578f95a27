import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { ChainState, WindowCommit } from '@montana/consensus'
import { initialiseStore } from '@montana/node'
import { openStore, type Store } from '@montana/store'
import type { Network } from './network.js'

/** A node drops journal entries that are older than this with each commit. */
const JOURNAL_WINDOWS_KEPT = 4

/** The store of a node in a new directory inside `folder`: SQLite with a write-ahead log that is synchronised at every commit. */
export function newStore(folder: string, { document }: Network, chain: ChainState): Store {
  const store = openStore({ dir: mkdtempSync(join(folder, 'store-')), mode: 'write' })
  initialiseStore(store, document, chain)
  return store
}

/** One window in one transaction, as a node commits it. */
export function commitTo(store: Store, { aggregate, ...commit }: WindowCommit): void {
  const pruneJournalBelow = Math.max(0, commit.window - JOURNAL_WINDOWS_KEPT)
  store.commit({ ...commit, cba: aggregate, appliedAtMs: Date.now(), pruneJournalBelow })
}
