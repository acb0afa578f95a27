import { CertificateTable } from './certificates.js'
import type { Database } from './database.js'
import { checked, type DigestedRow, digestOf } from './digest.js'
import { StoreError } from './errors.js'
import { EvidenceTable } from './evidence.js'
import { IncidentTable } from './incidents.js'
import { SignatureJournal } from './journal.js'
import { NoteTable } from './notes.js'
import { ObjectTable } from './objects.js'
import { ProofTable } from './proofs.js'
import type {
  GenesisInit,
  Head,
  HistoryRow,
  Store,
  StoredWindow,
  TableChange,
  TableName,
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
}

type WindowInsert = WindowHashes & Pick<WindowCommit, 'window' | 'cba' | 'appliedAtMs'>

const NO_HASH = new Uint8Array(32)
const TABLES: readonly TableName[] = ['account', 'node', 'candidate']
/** Fixed statements by table: no name ever comes from a caller's string. */
const tableSql = (make: (table: TableName) => string) =>
  Object.fromEntries(TABLES.map((table) => [table, make(table)])) as Record<TableName, string>
const PUT_RECORD = tableSql(
  (t) => `INSERT INTO ${t} (key, record) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET record = excluded.record`,
)
const DELETE_RECORD = tableSql((t) => `DELETE FROM ${t} WHERE key = ?`)
const ALL_RECORDS = tableSql((t) => `SELECT record FROM ${t} ORDER BY key`)

/** The store over one connection; the read mode hands out the same object behind the narrower interface. */
export class SqliteStore implements Store {
  readonly dir: string
  readonly journal: SignatureJournal
  readonly certificates: CertificateTable
  readonly evidence: EvidenceTable
  readonly incidents: IncidentTable
  readonly notes: NoteTable
  readonly objects: ObjectTable
  readonly proofs: ProofTable
  readonly work: WorkTable
  readonly #database: Database
  readonly #release: () => void

  constructor(dir: string, database: Database, release: () => void) {
    this.dir = dir
    this.#database = database
    this.#release = release
    this.journal = new SignatureJournal(database)
    this.certificates = new CertificateTable(database)
    this.evidence = new EvidenceTable(database)
    this.incidents = new IncidentTable(database)
    this.notes = new NoteTable(database)
    this.objects = new ObjectTable(database)
    this.proofs = new ProofTable(database)
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
    return row && toHead(row)
  }

  context(): Uint8Array | undefined {
    const row = this.#database.get<DigestedRow>('SELECT bytes, digest FROM context WHERE id = 1')
    return row && checked(row, this.#database.path, 'the consensus context')
  }

  windowAt(window: number): StoredWindow | undefined {
    const row = this.#database.get<WindowRow>('SELECT * FROM windows WHERE window = ?', window)
    if (row === undefined) return undefined
    return {
      ...toHead(row),
      cba: row.cba ?? undefined,
      appliedAtMs: row.applied_at_ms ?? undefined,
      envelope: this.#envelope(window),
    }
  }

  oldestWindow(): number | undefined {
    return (
      this.#database.get<{ oldest: number | null }>('SELECT min(window) AS oldest FROM envelopes')?.oldest ?? undefined
    )
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
    for (const row of this.#database.iterate<{ record: Uint8Array }>(ALL_RECORDS[table])) yield row.record
  }

  history(from: number, to: number): HistoryRow[] {
    const sql = 'SELECT * FROM windows WHERE window BETWEEN ? AND ? ORDER BY window'
    return [...this.#database.iterate<WindowRow>(sql, from, to)].map((row) => ({
      window: row.window,
      timechainValue: row.timechain_value,
      cba: row.cba ?? undefined,
    }))
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
      this.#applyChanges(init.tables)
      this.#putContext(init.context)
    })
  }

  commit(commit: WindowCommit): void {
    this.#database.transaction(() => {
      this.#checkSequence(commit.window)
      this.#insertWindow(commit)
      this.#insertEnvelope(commit.window, commit.envelope)
      this.#applyChanges(commit.changes)
      this.#putContext(commit.context)
      if (commit.certificate !== undefined) this.certificates.insert(commit.window, commit.certificate)
      if (commit.proof !== undefined) this.proofs.insert(commit.window, commit.proof)
      if (commit.pruneJournalBelow !== undefined) this.journal.prune(commit.pruneJournalBelow)
    })
  }

  close(): void {
    this.#database.close()
    this.#release()
  }

  #checkSequence(window: number): void {
    const head = this.head()
    if (head === undefined) throw new StoreError('STORE_UNINITIALISED', `store ${this.dir} has no genesis yet`)
    if (window === head.window + 1) return
    throw new StoreError('STORE_SEQUENCE', `window ${window} does not follow the stored head ${head.window}`, {
      metadata: { head: head.window, window },
    })
  }

  #insertWindow(row: WindowInsert): void {
    const { window, proposalHash, stateRoot, timechainValue, contextHash, cementValue, cba, appliedAtMs } = row
    const hashes = [proposalHash, stateRoot, timechainValue, contextHash, cementValue] as const
    const sql = 'INSERT INTO windows VALUES (?, ?, ?, ?, ?, ?, ?, ?)'
    this.#database.run(sql, window, ...hashes, cba ?? null, appliedAtMs ?? null)
  }

  #insertEnvelope(window: number, bytes: Uint8Array): void {
    this.#database.run('INSERT INTO envelopes VALUES (?, ?, ?)', window, bytes, digestOf(bytes))
  }

  #envelope(window: number): Uint8Array | undefined {
    const row = this.#database.get<DigestedRow>('SELECT bytes, digest FROM envelopes WHERE window = ?', window)
    return row && checked(row, this.#database.path, `the envelope of window ${window}`)
  }

  #applyChanges(changes: Iterable<TableChange>): void {
    for (const { table, key, record } of changes) {
      if (record === null) this.#database.run(DELETE_RECORD[table], key)
      else this.#database.run(PUT_RECORD[table], key, record)
    }
  }

  #putContext(bytes: Uint8Array): void {
    this.#database.run('INSERT OR REPLACE INTO context VALUES (1, ?, ?)', bytes, digestOf(bytes))
  }

  #meta(key: string): Uint8Array | undefined {
    return this.#database.get<{ value: Uint8Array }>('SELECT value FROM meta WHERE key = ?', key)?.value
  }

  #putMeta(key: string, value: Uint8Array): void {
    this.#database.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', key, value)
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
