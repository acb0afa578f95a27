import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { type ChainState, contextHash, encodeContext, type WindowCommit } from '@montana/consensus'
import { emptyState, encodeGenesisDocument, stateChanges, stateRoots } from '@montana/ledger'
import { openStore, type Store } from '@montana/store'
import type { Network } from './network.js'

/** A node drops journal entries that are older than this with each commit. */
const JOURNAL_WINDOWS_KEPT = 4

/** The store of a node in a new directory inside `folder`: SQLite with a write-ahead log that is synchronised at every commit. */
export function newStore(folder: string, { document, genesisHash }: Network, chain: ChainState): Store {
  const store = openStore({ dir: mkdtempSync(join(folder, 'store-')), mode: 'write' })
  const { tables, context } = chain
  const encoded = encodeContext(context)
  store.initialise({
    genesisHash,
    genesisDocument: encodeGenesisDocument(document),
    tables: stateChanges(emptyState(), tables),
    context: encoded,
    stateRoot: stateRoots(tables).stateRoot,
    timechainValue: context.timechainValue,
    contextHash: contextHash(encoded),
  })
  return store
}

/** One window in one transaction, as a node commits it. */
export function commitTo(store: Store, { aggregate, ...commit }: WindowCommit): void {
  const pruneJournalBelow = Math.max(0, commit.window - JOURNAL_WINDOWS_KEPT)
  store.commit({ ...commit, cba: aggregate, appliedAtMs: Date.now(), pruneJournalBelow })
}
