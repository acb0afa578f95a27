import type { CertificateReader, Certificates } from './certificates.js'
import type { EvidenceReader, EvidenceStore } from './evidence.js'
import type { IncidentReader, Incidents } from './incidents.js'
import type { Journal, JournalReader } from './journal.js'
import type { NoteReader, Notes } from './notes.js'
import type { ObjectReader, Objects } from './objects.js'
import type { ProofReader } from './proofs.js'
import type { RepairReader, Repairs } from './repairs.js'
import type { AnchorReader, Anchors } from './tables/anchors.js'
import type { TableChange } from './tables/head-table.js'
import type { TableName } from './tables/names.js'
import type { TableReader } from './tables/reader.js'
import type { Staging, StagingReader } from './tables/staging.js'
import type { StubReader, StubTable } from './tables/stubs.js'
import type { Work, WorkReader } from './work.js'

/** The hashes of one applied window, 32 bytes each. */
export interface WindowHashes {
  readonly proposalHash: Uint8Array
  readonly stateRoot: Uint8Array
  readonly timechainValue: Uint8Array
  readonly contextHash: Uint8Array
  readonly cementValue: Uint8Array
}

export interface Head extends WindowHashes {
  readonly window: number
}

export interface StoredWindow extends Head {
  /** The aggregate that became known with this window, `undefined` where none was given. */
  readonly cba: Uint8Array | undefined
  /** Wall clock, milliseconds since the Unix epoch; for people, never for decisions. */
  readonly appliedAtMs: number | undefined
  /** `undefined` for window 0 and where envelopes were pruned. */
  readonly envelope: Uint8Array | undefined
}

export interface HistoryRow {
  readonly window: number
  readonly timechainValue: Uint8Array
  readonly cba: Uint8Array | undefined
}

/** Window 0. */
export interface GenesisInit {
  readonly genesisHash: Uint8Array
  /** The canonical document, kept so that a store explains itself. */
  readonly genesisDocument: Uint8Array
  /** Every record of the genesis state. */
  readonly tables: Iterable<TableChange>
  readonly context: Uint8Array
  readonly stateRoot: Uint8Array
  readonly timechainValue: Uint8Array
  readonly contextHash: Uint8Array
}

/** One cemented window, everything that one transaction must hold: spec protocol 16.1. */
export interface WindowCommit extends WindowHashes {
  readonly window: number
  readonly envelope: Uint8Array
  readonly changes: Iterable<TableChange>
  readonly context: Uint8Array
  readonly cba?: Uint8Array
  readonly certificate?: Uint8Array
  /** Intermediate clock values, where this node has ground the window. */
  readonly proof?: Uint8Array
  readonly appliedAtMs?: number
  /** Journal entries of windows below this one are dropped in the same transaction. */
  readonly pruneJournalBelow?: number
  /** Keep the state of this window readable while the head goes on. */
  readonly freeze?: boolean
}

/** The tables as they were after one frozen window. */
export interface FrozenState {
  readonly window: number
  table(table: TableName): TableReader
}

export interface ReadStore {
  readonly dir: string
  /** `undefined` before {@link Store.initialise}. */
  genesisHash(): Uint8Array | undefined
  genesisDocument(): Uint8Array | undefined
  /** The last committed window, `undefined` before {@link Store.initialise}. */
  head(): Head | undefined
  /** The encoded consensus context of the head. */
  context(): Uint8Array | undefined
  windowAt(window: number): StoredWindow | undefined
  /** The newest of `from` … `to` with this proposal hash or state root. No index: the caller bounds the range. */
  windowNamed(hash: Uint8Array, from: number, to: number): Head | undefined
  /** The lowest window of the unbroken run of stored envelopes that ends at the head, `undefined` when there is none. */
  oldestWindow(): number | undefined
  /** The window whose state came by snapshot, `undefined` where every window was applied one by one. */
  snapshotBase(): number | undefined
  /** Envelopes, certificates and proofs below this window were deleted on purpose; `undefined` where none were. */
  prunedBelow(): number | undefined
  /** Envelopes from `from` on without a gap, at most `count` and together at most `maxBytes`. Safe beside commits. */
  windows(from: number, count: number, maxBytes: number): Generator<{ window: number; envelope: Uint8Array }>
  /**
   * Encoded records ascending by key, for whoever rebuilds their root: they are not checked against their leaf hashes.
   * Do not commit while iterating.
   */
  tableRecords(table: TableName): Generator<Uint8Array>
  /** A table of the head. */
  table(table: TableName): TableReader
  /** The tables of an anchor; reading throws StoreError `ANCHOR_GONE` where there is none. Safe beside commits. */
  at(anchor: number): FrozenState
  stubs(table: TableName): StubReader
  /** Both ends inclusive; windows that are not stored are left out. */
  history(from: number, to: number): HistoryRow[]
  /**
   * Every read until the returned function is called sees the store as it is now. For a reader of its own: the log of the
   * writer cannot be written back to its end meanwhile, and a writer that holds cannot commit.
   */
  hold(): () => void
  /** Checks the database structure itself; a list of faults, empty when sound. Reads the whole file. */
  integrityFaults(): string[]
  readonly anchors: AnchorReader
  readonly staging: StagingReader
  readonly journal: JournalReader
  readonly certificates: CertificateReader
  readonly evidence: EvidenceReader
  readonly incidents: IncidentReader
  readonly notes: NoteReader
  readonly objects: ObjectReader
  readonly proofs: ProofReader
  readonly repairs: RepairReader
  readonly work: WorkReader
  close(): void
}

export interface Store extends ReadStore {
  /** Writes window 0 in one transaction. Throws StoreError `STORE_INITIALISED` when there is a head already. */
  initialise(init: GenesisInit): void
  /**
   * Durable when it returns; nothing of it remains when it throws. Throws StoreError `STORE_SEQUENCE` for a window
   * that is not head + 1, `STORE_FULL` and `STORE_IO` for the disk. After `STORE_IO` the store refuses all writes.
   */
  commit(commit: WindowCommit): void
  stubs(table: TableName): StubTable
  /**
   * Deletes up to `rows` rows that a switch-over or a pruned anchor left behind, in one short transaction. How many
   * there were; 0 = nothing left.
   */
  reclaim(rows?: number): number
  /**
   * Drops envelopes, certificates and proofs of windows below `below` and below the head, up to `windows` of them in one
   * transaction. How many windows had one; 0 = nothing left.
   */
  prune(below: number, windows?: number): number
  readonly anchors: Anchors
  readonly staging: Staging
  readonly journal: Journal
  readonly certificates: Certificates
  readonly evidence: EvidenceStore
  readonly incidents: Incidents
  readonly notes: Notes
  readonly objects: Objects
  readonly repairs: Repairs
  readonly work: Work
}
