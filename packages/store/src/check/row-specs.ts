import type { SQLInputValue } from 'node:sqlite'
import { bytesEqual, toHex } from '@montana/foundation'
import type { Database } from '../database.js'
import { digestOf } from '../digest.js'
import { isPairSound } from '../evidence.js'
import { type SealedValue, sealOf } from '../seal.js'
import { SEALED } from '../tables/schema.js'
import { isTargetSound, StagingTable } from '../tables/staging.js'
import { type Mend, REPAIR, REPAIR_AND_FETCH, REPAIR_AND_JOIN, SET_ASIDE, type StoreFault } from './types.js'

export type Row = Readonly<Record<string, SealedValue | undefined>>

/** How the rows of one table are judged and what becomes of one that is damaged. */
export interface RowSpec {
  readonly table: string
  readonly key: readonly string[]
  isSound(row: Row): boolean
  readonly mend: Mend
  readonly remedy: string
  /** Part of a transaction of the caller; `at` are the values of `key`. Absent where another step mends it. */
  drop?(database: Database, at: readonly SQLInputValue[], row: Row): void
}

const isDigestSound = ({ bytes, digest }: Row) =>
  bytes instanceof Uint8Array && digest instanceof Uint8Array && bytesEqual(digestOf(bytes), digest)

/** `undefined`: a store of an older schema has no seals. */
const isSealed = (columns: readonly string[]) => (row: Row) =>
  row.seal === undefined ||
  (row.seal instanceof Uint8Array && bytesEqual(sealOf(columns.map((column) => row[column] ?? null)), row.seal))

const both =
  (...checks: ((row: Row) => boolean)[]) =>
  (row: Row) =>
    checks.every((check) => check(row))

const deleteRow = (table: string, key: readonly string[]) => (database: Database, at: readonly SQLInputValue[]) =>
  void database.run(`DELETE FROM ${table} WHERE ${key.map((column) => `${column} IS ?`).join(' AND ')}`, ...at)

/** A part of a window that peers hold too: removed, and noted as missing. */
function fetched(table: string, kind: string): RowSpec {
  const remove = deleteRow(table, ['window'])
  return {
    table,
    key: ['window'],
    isSound: isDigestSound,
    mend: 'peers',
    remedy: REPAIR_AND_FETCH,
    drop: (database, at) => {
      remove(database, at)
      database.run('INSERT OR IGNORE INTO missing VALUES (?, ?)', kind, at[0] ?? 0)
    },
  }
}

/** What a node can do without: it is removed. */
function dispensable(table: string, key: readonly string[], isSound: (row: Row) => boolean): RowSpec {
  return { table, key, isSound, mend: 'here', remedy: REPAIR, drop: deleteRow(table, key) }
}

const ANCHOR_COLUMNS = ['window', 'frozen_at_ms', 'bytes', 'account', 'node', 'candidate']
const SIGN_FROM = "DELETE FROM notes WHERE name = 'sign-from'"

/**
 * A damaged entry of the signature journal is never destroyed: it is moved aside as it is, and without the note from
 * which window on it signs the node is silent until it has caught up (spec protocol 16.3).
 */
function setEntryAside(database: Database, at: readonly SQLInputValue[]): void {
  const where = 'window IS ? AND kind IS ? AND round IS ? AND phase IS ?'
  database.exec('CREATE TABLE IF NOT EXISTS journal_damaged AS SELECT * FROM journal WHERE false')
  database.run(`INSERT INTO journal_damaged SELECT * FROM journal WHERE ${where}`, ...at)
  database.run(`DELETE FROM journal WHERE ${where}`, ...at)
  database.run(SIGN_FROM)
}

export const ROW_SPECS: readonly RowSpec[] = [
  { table: 'meta', key: ['key'], isSound: isSealed(SEALED.meta), mend: 'nobody', remedy: SET_ASIDE },
  {
    table: 'windows',
    key: ['window'],
    isSound: isSealed(SEALED.windows),
    mend: 'peers',
    remedy: REPAIR_AND_JOIN,
    drop: deleteRow('windows', ['window']),
  },
  { table: 'context', key: ['id'], isSound: isDigestSound, mend: 'peers', remedy: REPAIR_AND_JOIN },
  fetched('envelopes', 'envelope'),
  fetched('certificates', 'certificate'),
  fetched('proofs', 'proof'),
  {
    table: 'journal',
    key: ['window', 'kind', 'round', 'phase'],
    isSound: both(isDigestSound, isSealed(SEALED.journal)),
    mend: 'here',
    remedy: `${REPAIR}: the entry is kept aside, and the node signs nothing before it has caught up`,
    drop: setEntryAside,
  },
  dispensable('evidence', ['id'], isPairSound),
  dispensable('incidents', ['code', 'peer'], isSealed(SEALED.incidents)),
  dispensable('notes', ['name'], isDigestSound),
  dispensable('objects', ['hash'], isDigestSound),
  {
    ...dispensable('work', ['id'], isDigestSound),
    // Each piece continues the one before it.
    drop: (database, [id]) => void database.run('DELETE FROM work WHERE id >= ?', id ?? 0),
  },
  dispensable('anchors', ['window'], isSealed(ANCHOR_COLUMNS)),
  {
    ...dispensable('staging', ['id'], isTargetSound),
    drop: (database) => new StagingTable(database, () => {}).clear(),
  },
  { table: 'table_counts', key: ['name'], isSound: isSealed(['name', 'count']), mend: 'here', remedy: REPAIR },
]

/** The rows of one table that are not as they were written. Throws StoreError where the table cannot be read. */
export function* damagedRows(database: Database, spec: RowSpec): Generator<Row> {
  for (const row of database.iterate<Row>(`SELECT * FROM ${spec.table}`)) if (!spec.isSound(row)) yield row
}

export function rowFault({ table, mend, remedy, key }: RowSpec, row: Row): StoreFault {
  const { window } = row
  const name = key.filter((column) => column !== 'window').map((column) => textOf(row[column]))
  return {
    code: 'ROW_DAMAGED',
    file: 'store.db',
    table,
    ...(name.length > 0 && { key: name.join(' ') }),
    ...(typeof window === 'number' && { window }),
    message: 'the row is not as it was written',
    remedy,
    mend,
  }
}

function textOf(value: SealedValue | undefined): string {
  return value instanceof Uint8Array ? toHex(value) : String(value)
}
