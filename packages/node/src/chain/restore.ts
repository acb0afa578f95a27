import { CodecError } from '@montana/codec'
import {
  type ChainState,
  contextHash,
  decodeContext,
  decodeEnvelope,
  encodeContext,
  genesisChainState,
  type RecentWindow,
  type Restored,
} from '@montana/consensus'
import { bytesEqual, errorMessage, MontanaError, toHex } from '@montana/foundation'
import {
  decodeNodeRegistration,
  decodeState,
  emptyState,
  encodeGenesisDocument,
  type GenesisDocument,
  genesisHash,
  type MerkleHasher,
  stateChanges,
  stateRoots,
} from '@montana/ledger'
import type { Head, ReadStore, Store } from '@montana/store'
import { storedAccounts } from './accounts.js'
import { readJournal } from './journal.js'
import { readSignFrom } from './sign-from.js'

/** Windows whose attestations can still be compared after a restart. */
const RECENT_WINDOWS = 64

/** A store whose parts do not agree with each other. The node does not start on it. */
export class StoreInconsistent extends MontanaError {
  constructor(message: string, field: string) {
    super('STORE_INCONSISTENT', message, {
      field,
      remedy: 'run montana windows verify on the data directory; restore it, or begin anew in another one',
    })
  }
}

/** Window 0 in one transaction; nothing to do for a store that has it. `chain`: its state where that is built already. */
export function initialiseStore(
  store: Store,
  document: GenesisDocument,
  { tables, context }: Pick<ChainState, 'tables' | 'context'> = genesisChainState(document),
): void {
  if (store.head()) return
  const encoded = encodeContext(context)
  store.initialise({
    genesisHash: genesisHash(document),
    genesisDocument: encodeGenesisDocument(document),
    tables: stateChanges(emptyState(), tables),
    context: encoded,
    stateRoot: stateRoots(tables).stateRoot,
    timechainValue: context.timechainValue,
    contextHash: contextHash(encoded),
  })
}

/** S_head as the store holds it, proven against itself: spec protocol 16.1. Throws {@link StoreInconsistent}. */
export function restoreChain(store: ReadStore, document: GenesisDocument, hasher?: MerkleHasher): Restored {
  const head = store.head()
  const context = store.context()
  if (!head || !context) throw new StoreInconsistent('the store has no head', 'head')
  const chain = readChain(store, document, context, hasher)
  checkHead(chain, head, context)
  const headEnvelope = head.window === 0 ? undefined : store.windowAt(head.window)?.envelope
  if (head.window > 0 && !headEnvelope) throw new StoreInconsistent('the envelope of the head is missing', 'windows')
  const recent = recentWindows(store, head.window)
  return {
    chain,
    headEnvelope,
    recent,
    journal: readJournal(store, head.window),
    registrations: store.objects.list().map(decodeNodeRegistration),
    signFrom: readSignFrom(store),
  }
}

/**
 * How long before `wallMs` the head was applied, ms. The wall clock may have been set meanwhile: never less than nothing, and
 * no more than `mostMs`, which is what pacing asks of a window (spec protocol 4.5).
 */
export function sinceHeadMs(store: ReadStore, wallMs: number, mostMs: number): number {
  const head = store.head()
  const appliedAtMs = head && store.windowAt(head.window)?.appliedAtMs
  return appliedAtMs === undefined ? 0 : Math.min(mostMs, Math.max(0, wallMs - appliedAtMs))
}

function readChain(
  store: ReadStore,
  document: GenesisDocument,
  context: Uint8Array,
  hasher: MerkleHasher | undefined,
): ChainState {
  const records = { accounts: [], nodes: store.tableRecords('node'), candidates: store.tableRecords('candidate') }
  const { table: accounts } = storedAccounts(store, hasher)
  const tables = { ...decoded('tables', () => decodeState(records, hasher)), accounts }
  return { params: document.params, tables, context: decoded('context', () => decodeContext(context)) }
}

function decoded<T>(field: string, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    throw new StoreInconsistent(`the ${field} of the head cannot be decoded: ${errorMessage(error)}`, field)
  }
}

function checkHead({ context, tables }: ChainState, head: Head, encoded: Uint8Array): void {
  if (context.window !== head.window) {
    throw new StoreInconsistent(`the context is of window ${context.window}, the head is ${head.window}`, 'context')
  }
  if (!bytesEqual(contextHash(encoded), head.contextHash)) {
    throw new StoreInconsistent(`the context is not the one that window ${head.window} was cemented with`, 'context')
  }
  if (!bytesEqual(stateRoots(tables).stateRoot, head.stateRoot)) {
    throw new StoreInconsistent(`the tables do not give the state root of window ${head.window}`, 'tables')
  }
}

function recentWindows(store: ReadStore, head: number): Map<number, RecentWindow> {
  const recent = new Map<number, RecentWindow>()
  for (let window = Math.max(1, head - RECENT_WINDOWS + 1); window <= head; window++) {
    const stored = store.windowAt(window)
    if (!stored) continue
    const { proposalHash, contextHash: hash, cementValue } = stored
    const isCertified = store.certificates.get(window) !== undefined
    const value = toHex(cementValue)
    const proposerNodeId = stored.envelope && decodeEnvelope(stored.envelope).header.proposerNodeId
    const flags = { isCertified, isDisputed: false }
    recent.set(window, { value, proposalHash, contextHash: hash, weights: undefined, proposerNodeId, ...flags })
  }
  return recent
}
