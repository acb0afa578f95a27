import { cementValue } from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import { type MerkleHasher, rootOfStubs, type Stub } from '@montana/ledger'
import type { Store, TableName } from '@montana/store'
import { SyncError } from '../errors.js'
import type { Anchor } from '../trust/anchor.js'
import { type AnchorRoots, rootsOf } from './ask.js'
import { stubsOfPieces } from './stubs.js'

export interface InstallModules {
  readonly store: Store
  readonly hasher: MerkleHasher
  readonly freeze: boolean
  /** For people: when it was installed. */
  readonly wallMs: number
}

/**
 * Rebuilds each root once, then makes the staged state the head: spec protocol 15.3, steps 4 and 5. Throws
 * {@link SyncError} `SNAPSHOT_ROOT`, and then nothing of it stays staged.
 */
export function installAnchor(anchor: Anchor, { store, hasher, freeze, wallMs }: InstallModules): void {
  const { window, envelope, certificate, proposalHash, contextHash, manifest, decoded } = anchor
  const { header } = decoded.envelope
  store.staging.install({
    window,
    proposalHash,
    contextHash,
    stateRoot: header.stateRoot,
    timechainValue: header.timechainValue,
    cementValue: cementValue(proposalHash, contextHash),
    cba: decoded.context.aggregatePrev1,
    context: manifest.context,
    envelope,
    certificate,
    stubs: checkedStubs(store, rootsOf(anchor), hasher),
    appliedAtMs: wallMs,
    freeze,
  })
}

/** Complete by construction, and rebuilt all the same. */
function checkedStubs(store: Store, { roots }: AnchorRoots, hasher: MerkleHasher): Record<TableName, Stub[]> {
  const of = (table: TableName) => checkedStubsOf(store, table, roots[table], hasher)
  return { account: of('account'), node: of('node'), candidate: of('candidate') }
}

function checkedStubsOf(store: Store, table: TableName, root: Uint8Array, hasher: MerkleHasher): Stub[] {
  const { staging } = store
  const stubs = stubsOfPieces(staging.pieces(table), (lo, hi) => staging.table(table).leaves(lo, hi), hasher)
  if (bytesEqual(rootOfStubs(stubs, hasher), root)) return stubs
  staging.discard()
  throw new SyncError('SNAPSHOT_ROOT', `the staged ${table} table does not have the root of the header`, {
    field: table,
    remedy: 'check the disk and the memory of this host, then join again',
  })
}
