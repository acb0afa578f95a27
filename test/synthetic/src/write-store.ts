import { HEADER_BYTES } from '@montana/consensus'
import { stateChanges } from '@montana/ledger'
import type { HashBackend } from '@montana/native'
import { encodeSnapshotManifestResponse } from '@montana/network'
import { initialiseStore } from '@montana/node'
import { openStore, type Store, type WindowHashes } from '@montana/store'
import type { AccountSource } from './account-source.js'
import { type Chain, operatorLeaves } from './chain.js'
import type { Cohort } from './cohort.js'
import { accountPieces, smallTable } from './pieces.js'
import type { BuiltWindow } from './window.js'

export interface StorePlan extends Chain {
  readonly dir: string
  readonly cohort: Cohort
  readonly backend: HashBackend
  readonly source: AccountSource
  readonly order: Uint32Array
  /** The window with which the accounts appear. */
  readonly window: number
  readonly onStep?: ((step: string, done: number, of: number) => void) | undefined
}

/** Pieces of one transaction: 8 MiB of records. No special reason. */
const PIECES_PER_WRITE = 16

/**
 * Writes the store as a node has it that joined by a snapshot of the synthetic window and then followed: genesis, the
 * tables of that window, and every later window in a transaction of its own.
 */
export function writeStore(plan: StorePlan): void {
  const store = openStore({ dir: plan.dir, mode: 'write', genesisHash: plan.cohort.genesisHash })
  try {
    initialiseStore(store, plan.cohort.document)
    for (const [index, built] of plan.built.entries()) {
      if (built.window === plan.window) install(store, plan, built)
      if (built.window > plan.window) commit(store, built, plan.built[index - 1])
    }
    while (store.reclaim() > 0) {}
  } finally {
    store.close()
  }
}

function install(store: Store, plan: StorePlan, built: BuiltWindow): void {
  const { backend, tree } = plan
  const { window, envelope, certificate, context, after } = built
  const [nodes, candidates] = [smallTable('node', after, backend), smallTable('candidate', after, backend)]
  store.staging.begin({ window, manifest: manifestOf(built, plan), envelope, certificate })
  store.staging.put([nodes.piece, candidates.piece])
  stageAccounts(store, plan, built)
  const account = tree.stubsWith(operatorLeaves(after, backend))
  const stubs = { account, node: [nodes.stub], candidate: [candidates.stub] }
  const cba = after.context.aggregatePrev1
  store.staging.install({ ...hashesOf(built), window, context, envelope, certificate, cba, stubs, freeze: true })
}

function stageAccounts(store: Store, plan: StorePlan, { after }: BuiltWindow): void {
  let batch = []
  let done = 0
  for (const piece of accountPieces(plan, after)) {
    batch.push(piece)
    done += piece.keys.length / 32
    if (batch.length < PIECES_PER_WRITE) continue
    store.staging.put(batch)
    batch = []
    plan.onStep?.('storing', done, plan.order.length)
  }
  store.staging.put(batch)
}

function commit(store: Store, built: BuiltWindow, before: BuiltWindow | undefined): void {
  const { window, envelope, context, certificate, after } = built
  if (!before) throw new RangeError('a window before it expected')
  const changes = stateChanges(before.after.tables, after.tables)
  const cba = after.context.aggregatePrev1
  store.commit({ ...hashesOf(built), window, envelope, certificate, context, cba, changes })
}

function hashesOf({ header, proposalHash, contextHash: hashed, cementValue }: BuiltWindow): WindowHashes {
  const { stateRoot, timechainValue } = header
  return { proposalHash, stateRoot, timechainValue, contextHash: hashed, cementValue }
}

function manifestOf({ window, envelope, context, after }: BuiltWindow, { order }: StorePlan): Uint8Array {
  const { accounts, nodes, candidates } = after.tables
  const counts = { account: order.length + accounts.size, node: nodes.size, candidate: candidates.size }
  const depths = { account: 0, node: 0, candidate: 0 }
  return encodeSnapshotManifestResponse({ window, counts, depths, header: envelope.subarray(0, HEADER_BYTES), context })
}
