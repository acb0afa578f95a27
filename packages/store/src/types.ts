import type { CertificateReader, Certificates } from './certificates.js'
import type { EvidenceReader, EvidenceStore } from './evidence.js'
import type { IncidentReader, Incidents } from './incidents.js'
import type { Journal, JournalReader } from './journal.js'
import type { NoteReader, Notes } from './notes.js'
import type { ObjectReader, Objects } from './objects.js'
import type { ProofReader } from './proofs.js'
import type { Work, WorkReader } from './work.js'

export type TableName = 'account' | 'node' | 'candidate'

/** A record to store under `key`, or `null` to remove it. */
export interface TableChange {
  readonly table: TableName
  readonly key: Uint8Array
  readonly record: Uint8Array | null
}

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
  /** The lowest window whose envelope is stored, `undefined` when there is none. */
  oldestWindow(): number | undefined
  /** Envelopes from `from` on without a gap, at most `count` and together at most `maxBytes`. Safe beside commits. */
  windows(from: number, count: number, maxBytes: number): Generator<{ window: number; envelope: Uint8Array }>
  /** Encoded records ascending by key. Do not commit while iterating. */
  tableRecords(table: TableName): Generator<Uint8Array>
  /** Both ends inclusive; windows that are not stored are left out. */
  history(from: number, to: number): HistoryRow[]
  /** Checks the database structure itself; a list of faults, empty when sound. Reads the whole file. */
  integrityFaults(): string[]
  readonly journal: JournalReader
  readonly certificates: CertificateReader
  readonly evidence: EvidenceReader
  readonly incidents: IncidentReader
  readonly notes: NoteReader
  readonly objects: ObjectReader
  readonly proofs: ProofReader
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
  readonly journal: Journal
  readonly certificates: Certificates
  readonly evidence: EvidenceStore
  readonly incidents: Incidents
  readonly notes: Notes
  readonly objects: Objects
  readonly work: Work
}
