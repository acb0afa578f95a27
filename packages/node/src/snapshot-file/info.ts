import { toHex } from '@montana/foundation'
import type { Trust } from '@montana/sync'
import type { SnapshotHead } from './head.js'
import type { Proven } from './prove.js'
import type { RecordCounts } from './types.js'

/** What a file says of itself; hashes in hex. */
export interface SnapshotInfo {
  readonly schema: 'montana.snapshot/1'
  readonly file: string
  readonly bytes: number
  readonly network: string
  readonly genesisHash: string
  readonly window: number
  readonly proposalHash: string
  readonly stateRoot: string
  readonly contextHash: string
  readonly counts: RecordCounts
}

/** What was proven of a file, and by what. */
export interface SnapshotReport extends SnapshotInfo {
  /** The root of all trust in it: the genesis cohort, an own earlier node table, or the operator's checkpoint. */
  readonly trust: {
    readonly root: 'genesis' | 'own-table' | 'checkpoint'
    readonly window: number
    readonly isOld: boolean
  }
  /** Parts into which the records are cut. */
  readonly chunks: number
}

export function infoOf(file: string, bytes: number, { document, genesisHash, anchor }: SnapshotHead): SnapshotInfo {
  const { header } = anchor.decoded.envelope
  return {
    schema: 'montana.snapshot/1',
    file,
    bytes,
    network: document.networkName,
    genesisHash: toHex(genesisHash),
    window: anchor.window,
    proposalHash: toHex(anchor.proposalHash),
    stateRoot: toHex(header.stateRoot),
    contextHash: toHex(anchor.contextHash),
    counts: anchor.manifest.counts,
  }
}

export function reportOf(file: string, bytes: number, { head, trust, chunks }: Proven): SnapshotReport {
  return { ...infoOf(file, bytes, head), trust: trustOf(trust, head.anchor.window), chunks }
}

function trustOf(trust: Trust, window: number): SnapshotReport['trust'] {
  if (trust.root === 'pin') return { root: 'checkpoint', window, isOld: false }
  const { isOld } = trust
  return { root: trust.window === 0 ? 'genesis' : 'own-table', window: trust.window, isOld }
}
