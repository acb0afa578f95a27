import { CertificateTable } from './certificates.js'
import type { Database } from './database.js'
import { checked, type DigestedRow, digestOf } from './digest.js'
import { StoreError, storeFault } from './errors.js'
import { EvidenceTable } from './evidence.js'
import { IncidentTable } from './incidents.js'
import { SignatureJournal } from './journal.js'
import { NoteTable } from './notes.js'
import { ObjectTable } from './objects.js'
import { ProofTable } from './proofs.js'
import { pruneBelow } from './prune.js'
import { RepairTable } from './repairs.js'
import { checkSeal, sealOf } from './seal.js'
import { AnchorTable } from './tables/anchors.js'
import { applyChanges } from './tables/head-table.js'
import { type Install, switchTables } from './tables/install.js'
import { type TableName, tableSql } from './tables/names.js'
import { StoredTable } from './tables/reader.js'
import { reclaim } from './tables/reclaim.js'
import { SEALED } from './tables/schema.js'
import { StagingTable } from './tables/staging.js'
import { StoredStubs } from './tables/stubs.js'
import type {
  FrozenState,
  GenesisInit,
  Head,
  HistoryRow,
  Store,
  StoredWindow,
  WindowCommit,
  WindowHashes,
} from './types.js'
import { WorkTable } from './work.js'

interface WindowRow {
  readonly window: number
  readonly proposal_hash: Uint8Array
  readonly state_root: Uint8Array
  readonly timechain_value: Uint8Array
  readonly context_hash: Uint8Array
  readonly cement_value: Uint8Array
  readonly cba: Uint8Array | null
  readonly applied_at_ms: number | null
  readonly seal?: Uint8Array
}

interface MetaRow {
  readonly value: Uint8Array
  readonly seal?: Uint8Array
}

type WindowInsert = WindowHashes & Pick<WindowCommit, 'window' | 'cba' | 'appliedAtMs'>

const NO_HASH = new Uint8Array(32)
const BY_KEY = tableSql((t) => `SELECT id FROM ${t}_leaves ORDER BY tree_key(tree)`)
const RECORD = tableSql((t) => `SELECT record FROM ${t}_records WHERE id = ?`)
const OLDEST = `
  SELECT min(window) AS oldest FROM envelopes
  WHERE window >= ? AND window > coalesce((SELECT max(window) FROM missing WHERE kind = 'envelope'), -1)
`
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
  readonly #release: () => void

  constructor(dir: string, database: Database, release: () => void) {
    this.dir = dir
    this.#database = database
    this.#release = release
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
    return this.#meta('genesis_hash')
  }

  genesisDocument(): Uint8Array | undefined {
    return this.#meta('genesis_document')
  }

  head(): Head | undefined {
    const row = this.#database.get<WindowRow>('SELECT * FROM windows ORDER BY window DESC LIMIT 1')
    return row && toHead(this.#sealed(row))
  }

  context(): Uint8Array | undefined {
    const row = this.#database.get<DigestedRow>('SELECT bytes, digest FROM context WHERE id = 1')
    return row && checked(row, this.#database.path, 'the consensus context')
  }

  windowAt(window: number): StoredWindow | undefined {
    const row = this.#database.get<WindowRow>('SELECT * FROM windows WHERE window = ?', window)
    if (row === undefined) return undefined
    return {
      ...toHead(this.#sealed(row)),
      cba: row.cba ?? undefined,
      appliedAtMs: row.applied_at_ms ?? undefined,
      envelope: this.#envelope(window),
    }
  }

  oldestWindow(): number | undefined {
    return this.#database.get<{ oldest: number | null }>(OLDEST, this.snapshotBase() ?? 0)?.oldest ?? undefined
  }

  snapshotBase(): number | undefined {
    const stored = this.#meta('snapshot_base')
    return stored && Number(Buffer.from(stored).toString('latin1'))
  }

  prunedBelow(): number | undefined {
    const stored = this.#meta('pruned_below')
    return stored && Number(Buffer.from(stored).toString('latin1'))
  }

  *windows(from: number, count: number, maxBytes: number): Generator<{ window: number; envelope: Uint8Array }> {
    let left = maxBytes
    for (let window = from; window < from + count; window++) {
      const envelope = this.#envelope(window)
      if (envelope === undefined || envelope.length > left) return
      left -= envelope.length
      yield { window, envelope }
    }
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
    const sql = 'SELECT * FROM windows WHERE window BETWEEN ? AND ? ORDER BY window'
    return [...this.#database.iterate<WindowRow>(sql, from, to)]
      .map((row) => this.#sealed(row))
      .map((row) => ({
        window: row.window,
        timechainValue: row.timechain_value,
        cba: row.cba ?? undefined,
      }))
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
      this.#putMeta('genesis_hash', init.genesisHash)
      this.#putMeta('genesis_document', init.genesisDocument)
      const { stateRoot, timechainValue, contextHash } = init
      this.#insertWindow({
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
      this.#insertWindow(commit)
      this.#insertEnvelope(commit.window, commit.envelope)
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
      if (pruned > 0) this.#putMeta('pruned_below', Buffer.from(String(this.oldestWindow() ?? end), 'latin1'))
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
      this.#insertWindow(install)
      this.#insertEnvelope(install.window, install.envelope)
      this.#putContext(install.context)
      if (install.certificate !== undefined) this.certificates.insert(install.window, install.certificate)
      this.#putMeta('snapshot_base', Buffer.from(String(install.window), 'latin1'))
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

  #sealed(row: WindowRow): WindowRow {
    const values = SEALED.windows.map((column) => row[column])
    checkSeal(row.seal, values, { path: this.#database.path, what: `the row of window ${row.window}` })
    return row
  }

  #insertWindow(row: WindowInsert): void {
    const { window, proposalHash, stateRoot, timechainValue, contextHash, cementValue, cba, appliedAtMs } = row
    const hashes = [proposalHash, stateRoot, timechainValue, contextHash, cementValue] as const
    const values = [window, ...hashes, cba ?? null, appliedAtMs ?? null]
    this.#database.run('INSERT OR REPLACE INTO windows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', ...values, sealOf(values))
  }

  #insertEnvelope(window: number, bytes: Uint8Array): void {
    this.#database.run('INSERT OR REPLACE INTO envelopes VALUES (?, ?, ?)', window, bytes, digestOf(bytes))
  }

  #envelope(window: number): Uint8Array | undefined {
    const row = this.#database.get<DigestedRow>('SELECT bytes, digest FROM envelopes WHERE window = ?', window)
    return row && checked(row, this.#database.path, `the envelope of window ${window}`)
  }

  #putContext(bytes: Uint8Array): void {
    this.#database.run('INSERT OR REPLACE INTO context VALUES (1, ?, ?)', bytes, digestOf(bytes))
  }

  #meta(key: string): Uint8Array | undefined {
    const row = this.#database.get<MetaRow>('SELECT * FROM meta WHERE key = ?', key)
    if (row === undefined) return undefined
    checkSeal(row.seal, [key, row.value], { path: this.#database.path, what: `the ${key}` })
    return row.value
  }

  #putMeta(key: string, value: Uint8Array): void {
    this.#database.run('INSERT OR REPLACE INTO meta VALUES (?, ?, ?)', key, value, sealOf([key, value]))
  }
}

function toHead(row: WindowRow): Head {
  return {
    window: row.window,
    proposalHash: row.proposal_hash,
    stateRoot: row.state_root,
    timechainValue: row.timechain_value,
    contextHash: row.context_hash,
    cementValue: row.cement_value,
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
