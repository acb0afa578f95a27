import { decodeEnvelope } from '@montana/consensus'
import { bytesEqual, MontanaError } from '@montana/foundation'
import { type MerkleHasher, type Stub, StubTree } from '@montana/ledger'
import type { PerTable } from '@montana/network'
import { type ReadStore, StoreError, type TableName, type TableReader } from '@montana/store'
import { isHashed, stubsOf } from '../chain/accounts.js'

const HEADER_BYTES = 3722
const WHOLE = { depth: 0, lo: new Uint8Array(32) }

/** One anchor as it is served: hashes of subtrees in memory, everything else read when it is asked for. */
export interface AnchorView {
  readonly window: number
  /** 3722 bytes. */
  readonly header: Uint8Array
  readonly context: Uint8Array
  readonly counts: PerTable
  readonly hasher: MerkleHasher
  readonly trees: Readonly<Record<TableName, StubTree>>
  table(name: TableName): TableReader
}

/** An anchor that cannot be served as it is stored. */
export class AnchorUnsound extends MontanaError {
  constructor(window: number, what: string) {
    super('ANCHOR_UNSOUND', `the snapshot of window ${window} is not served: ${what}`, {
      remedy: 'run montana store check',
      metadata: { window },
    })
  }
}

/** Reads the hashes of an anchor and holds them against its header. Throws {@link AnchorUnsound}, StoreError `ANCHOR_GONE`. */
export function openView(store: ReadStore, window: number, hasher: MerkleHasher): AnchorView {
  const anchor = store.anchors.list().find((one) => one.window === window)
  const context = store.anchors.context(window)
  const envelope = store.windowAt(window)?.envelope
  // Told of it before the node let it go.
  if (!anchor || !context) throw new StoreError('ANCHOR_GONE', `window ${window} is no longer frozen`)
  if (!envelope) throw new AnchorUnsound(window, 'its envelope is missing')
  const frozen = store.at(window)
  const trees = {
    account: new StubTree(accountStubs(store, window, hasher), hasher),
    node: new StubTree(stubsOf(WHOLE, frozen.table('node'), hasher), hasher),
    candidate: new StubTree(stubsOf(WHOLE, frozen.table('candidate'), hasher), hasher),
  }
  const { header } = decodeEnvelope(envelope)
  const { accountRoot: account, nodeRoot: node, candidateRoot: candidate } = header
  checkRoots(window, trees, { account, node, candidate })
  const table = (name: TableName) => frozen.table(name)
  return { window, header: envelope.slice(0, HEADER_BYTES), context, counts: anchor.counts, hasher, trees, table }
}

/** Kept stubs that hold for the anchor as well, the others from its leaves. */
function accountStubs(store: ReadStore, window: number, hasher: MerkleHasher): Stub[] {
  const accounts = store.at(window).table('account')
  return store
    .stubs('account')
    .kept()
    .flatMap((row) => (isHashed(row) && row.changed <= window ? [row] : stubsOf(row, accounts, hasher)))
}

function checkRoots(window: number, trees: AnchorView['trees'], roots: Readonly<Record<TableName, Uint8Array>>): void {
  for (const name of ['account', 'node', 'candidate'] as const) {
    if (bytesEqual(trees[name].root(), roots[name])) continue
    throw new AnchorUnsound(window, `the ${name} table does not give the root in its header`)
  }
}
