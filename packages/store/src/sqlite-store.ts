import { CertificateTable } from './certificates.js'
import type { Database } from './database.js'
import { checked, type DigestedRow, digestOf } from './digest.js'
import { StoreError, storeFault } from './errors.js'
import { EvidenceTable } from './evidence.js'
import { IncidentTable } from './incidents.js'
import { SignatureJournal } from './journal.js'
import { MetaTable } from './meta.js'
import { NoteTable } from './notes.js'
import { ObjectTable } from './objects.js'
import { ProofTable } from './proofs.js'
import { pruneBelow } from './prune.js'
import { RepairTable } from './repairs.js'
import { AnchorTable } from './tables/anchors.js'
import { applyChanges } from './tables/head-table.js'
import { type Install, switchTables } from './tables/install.js'
import { type TableName, tableSql } from './tables/names.js'
import { StoredTable } from './tables/reader.js'
import { reclaim } from './tables/reclaim.js'
import { StagingTable } from './tables/staging.js'
import { StoredStubs } from './tables/stubs.js'
import type { FrozenState, GenesisInit, Head, HistoryRow, Store, StoredWindow, WindowCommit } from './types.js'
import { WindowTable } from './windows.js'
import { WorkTable } from './work.js'

const NO_HASH = new Uint8Array(32)
const BY_KEY = tableSql((t) => `SELECT id FROM ${t}_leaves ORDER BY tree_key(tree)`)
const RECORD = tableSql((t) => `SELECT record FROM ${t}_records WHERE id = ?`)
/** Rows that one call of `reclaim` deletes: 8 MiB of accounts. No special reason. */
const RECLAIM_ROWS = 4_096
/** Windows that one call of `prune` drops. No special reason. */
const PRUNE_WINDOWS = 1_024

/** The store over one connection; the read mode hands out the same object behind the narrower interface. */
export class SqliteStore implements Store {
  readonly dir: string
  readonly anchors: AnchorTable
  readonly staging: StagingTable
  readonly journal: SignatureJournal
  readonly certificates: CertificateTable
  readonly evidence: EvidenceTable
  readonly incidents: IncidentTable
  readonly notes: NoteTable
  readonly objects: ObjectTable
  readonly proofs: ProofTable
  readonly repairs: RepairTable
  readonly work: WorkTable
  readonly #database: Database
  readonly #windows: WindowTable
  readonly #meta: MetaTable
  readonly #release: () => void

  constructor(dir: string, database: Database, release: () => void) {
    this.dir = dir
    this.#database = database
    this.#release = release
    this.#windows = new WindowTable(database)
    this.#meta = new MetaTable(database)
    this.anchors = new AnchorTable(database)
    this.staging = new StagingTable(database, (install) => this.#install(install))
    this.journal = new SignatureJournal(database)
    this.certificates = new CertificateTable(database)
    this.evidence = new EvidenceTable(database)
    this.incidents = new IncidentTable(database)
    this.notes = new NoteTable(database)
    this.objects = new ObjectTable(database)
    this.proofs = new ProofTable(database)
    this.repairs = new RepairTable(database)
    this.work = new WorkTable(database)
  }

  genesisHash(): Uint8Array | undefined {
    return this.#meta.get('genesis_hash')
  }

  genesisDocument(): Uint8Array | undefined {
    return this.#meta.get('genesis_document')
  }

  head(): Head | undefined {
    return this.#windows.head()
  }

  context(): Uint8Array | undefined {
    const row = this.#database.get<DigestedRow>('SELECT bytes, digest FROM context WHERE id = 1')
    return row && checked(row, this.#database.path, 'the consensus context')
  }

  windowAt(window: number): StoredWindow | undefined {
    return this.#windows.at(window)
  }

  windowNamed(hash: Uint8Array, from: number, to: number): Head | undefined {
    return this.#windows.named(hash, from, to)
  }

  oldestWindow(): number | undefined {
    return this.#windows.oldest(this.snapshotBase() ?? 0)
  }

  snapshotBase(): number | undefined {
    return this.#meta.number('snapshot_base')
  }

  prunedBelow(): number | undefined {
    return this.#meta.number('pruned_below')
  }

  windows(from: number, count: number, maxBytes: number): Generator<{ window: number; envelope: Uint8Array }> {
    return this.#windows.envelopes(from, count, maxBytes)
  }

  *tableRecords(table: TableName): Generator<Uint8Array> {
    for (const { id } of this.#database.iterate<{ id: number }>(BY_KEY[table])) {
      const row = this.#database.get<{ record: Uint8Array }>(RECORD[table], id)
      if (row === undefined)
        throw storeFault('STORE_CORRUPT', this.#database.path, new Error(`a ${table} leaf has no record`))
      yield row.record
    }
  }

  table(table: TableName): StoredTable {
    return new StoredTable(this.#database, table)
  }

  at(anchor: number): FrozenState {
    return { window: anchor, table: (table) => new StoredTable(this.#database, table, anchor) }
  }

  stubs(table: TableName): StoredStubs {
    return new StoredStubs(this.#database, table)
  }

  history(from: number, to: number): HistoryRow[] {
    return this.#windows.history(from, to)
  }

  hold(): () => void {
    return this.#database.hold()
  }

  integrityFaults(): string[] {
    const rows = [...this.#database.iterate<{ integrity_check: string }>('PRAGMA integrity_check')]
    return rows.map((row) => row.integrity_check).filter((fault) => fault !== 'ok')
  }

  initialise(init: GenesisInit): void {
    this.#database.transaction(() => {
      if (this.head() !== undefined)
        throw new StoreError('STORE_INITIALISED', `store ${this.dir} has a genesis already`)
      this.#meta.put('genesis_hash', init.genesisHash)
      this.#meta.put('genesis_document', init.genesisDocument)
      const { stateRoot, timechainValue, contextHash } = init
      this.#windows.insert({
        window: 0,
        proposalHash: NO_HASH,
        stateRoot,
        timechainValue,
        contextHash,
        cementValue: NO_HASH,
      })
      applyChanges(this.#database, init.tables, { window: 0, anchor: undefined })
      this.#putContext(init.context)
    })
  }

  commit(commit: WindowCommit): void {
    this.#database.transaction(() => {
      this.#checkSequence(commit.window)
      this.#windows.insert(commit)
      this.#windows.insertEnvelope(commit.window, commit.envelope)
      applyChanges(this.#database, commit.changes, { window: commit.window, anchor: this.anchors.latest() })
      this.#putContext(commit.context)
      if (commit.freeze) this.anchors.freeze(commit.window, commit.context, commit.appliedAtMs ?? Date.now())
      if (commit.certificate !== undefined) this.certificates.insert(commit.window, commit.certificate)
      if (commit.proof !== undefined) this.proofs.insert(commit.window, commit.proof)
      if (commit.pruneJournalBelow !== undefined) this.journal.prune(commit.pruneJournalBelow)
    })
  }

  reclaim(rows = RECLAIM_ROWS): number {
    return reclaim(this.#database, rows)
  }

  prune(below: number, windows = PRUNE_WINDOWS): number {
    return this.#database.transaction(() => {
      const end = Math.min(below, this.head()?.window ?? 0)
      const pruned = pruneBelow(this.#database, end, windows)
      if (pruned > 0) this.#meta.putNumber('pruned_below', this.oldestWindow() ?? end)
      return pruned
    })
  }

  close(): void {
    this.#database.close()
    this.#release()
  }

  #install(install: Install): void {
    this.#database.transaction(() => {
      const { window } = install
      if (this.repairs.resync() === undefined) this.#checkAhead(window)
      this.repairs.goBack(window)
      switchTables(this.#database, this.staging, install)
      this.#windows.insert(install)
      this.#windows.insertEnvelope(install.window, install.envelope)
      this.#putContext(install.context)
      if (install.certificate !== undefined) this.certificates.insert(install.window, install.certificate)
      this.#meta.putNumber('snapshot_base', install.window)
      if (install.freeze) this.anchors.freeze(install.window, install.context, install.appliedAtMs ?? Date.now())
    })
  }

  #checkAhead(window: number): void {
    const head = this.head()
    if (head === undefined) throw uninitialised(this.dir)
    if (window <= head.window) throw outOfSequence(window, head.window)
  }

  #checkSequence(window: number): void {
    const head = this.head()
    if (head === undefined) throw uninitialised(this.dir)
    if (window !== head.window + 1) throw outOfSequence(window, head.window)
  }

  #putContext(bytes: Uint8Array): void {
    this.#database.run('INSERT OR REPLACE INTO context VALUES (1, ?, ?)', bytes, digestOf(bytes))
  }
}

function uninitialised(dir: string): StoreError {
  return new StoreError('STORE_UNINITIALISED', `store ${dir} has no genesis yet`)
}

function outOfSequence(window: number, head: number): StoreError {
  return new StoreError('STORE_SEQUENCE', `window ${window} does not follow the stored head ${head}`, {
    metadata: { head, window },
  })
}
