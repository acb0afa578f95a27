import { contextHash, encodeContext, genesisChainState } from '@montana/consensus'
import { emptyState, encodeGenesisDocument, type LedgerState, stateChanges, stateRoots } from '@montana/ledger'
import { openStore, type Store, type TableChange } from '@montana/store'
import type { AccountSource } from './account-source.js'
import type { Cohort } from './cohort.js'
import type { BuiltWindow } from './window.js'

export interface StorePlan {
  readonly dir: string
  readonly cohort: Cohort
  readonly built: readonly BuiltWindow[]
  readonly source: AccountSource
  readonly order: Uint32Array
  /** The window whose commit brings the accounts. */
  readonly window: number
  readonly onStep?: (step: string, done: number, of: number) => void
}

/** Writes the chain window by window, each in its own transaction, as a node that followed it would have. */
export function writeStore(plan: StorePlan): void {
  const store = openStore({ dir: plan.dir, mode: 'write', genesisHash: plan.cohort.genesisHash })
  try {
    let tables = initialise(store, plan.cohort)
    for (const built of plan.built) {
      commit(store, built, changesOf(plan, built, tables))
      tables = built.after.tables
    }
  } finally {
    store.close()
  }
}

function initialise(store: Store, { document, genesisHash }: Cohort): LedgerState {
  const { tables, context } = genesisChainState(document)
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
  return tables
}

function* changesOf(plan: StorePlan, built: BuiltWindow, before: LedgerState): Generator<TableChange> {
  yield* stateChanges(before, built.after.tables)
  if (built.window !== plan.window) return
  for (const [done, index] of plan.order.entries()) {
    const record = plan.source.record(index)
    yield { table: 'account', key: record.subarray(0, 32), record }
    plan.onStep?.('storing', done + 1, plan.order.length)
  }
}

function commit(store: Store, built: BuiltWindow, changes: Iterable<TableChange>): void {
  const { window, header, proposalHash, envelope, context, contextHash: hashed, cementValue, certificate } = built
  store.commit({
    window,
    proposalHash,
    stateRoot: header.stateRoot,
    timechainValue: header.timechainValue,
    contextHash: hashed,
    cementValue,
    cba: built.after.context.aggregatePrev1,
    envelope,
    certificate,
    context,
    changes,
  })
}
