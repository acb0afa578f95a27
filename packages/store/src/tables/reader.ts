import { bytesEqual, toHex } from '@montana/foundation'
import type { Database } from '../database.js'
import { anchorGone, storeFault } from '../errors.js'
import { countsOf } from './anchors.js'
import { STAGED, type TableName, type TableSql, tableSql } from './names.js'
import { fromTree, leafOf, successor, toTree } from './tree-key.js'

export interface Leaf {
  /** Normal byte order. */
  readonly key: Uint8Array
  readonly hash: Uint8Array
}

export interface KeyedRecord {
  readonly key: Uint8Array
  readonly record: Uint8Array
}

/**
 * One table at one window. A record is checked against its leaf hash whenever it is read; whoever reads leaves checks
 * them against a root. Throws StoreError `STORE_CORRUPT`, and `ANCHOR_GONE` when the anchor was pruned meanwhile.
 */
export interface TableReader {
  count(): number
  record(key: Uint8Array): Uint8Array | undefined
  /** Tree order, both ends inclusive. Of the head: do not commit while iterating. */
  leaves(lo: Uint8Array, hi: Uint8Array): Generator<Leaf>
  /** The first `limit` of them in tree order, both ends inclusive; one consistent read. */
  records(lo: Uint8Array, hi: Uint8Array, limit: number): KeyedRecord[]
}

interface LeafRow {
  readonly tree: Uint8Array
  readonly leaf: Uint8Array
}

interface RecordRow extends LeafRow {
  readonly record: Uint8Array | null
  /** The tree key that the record row itself carries. */
  readonly own: Uint8Array | null
}

/** Rows of one read of leaves: 128 KiB, and a write-ahead log that no reader holds for long. No special reason. */
const LEAVES_PER_READ = 1_024

const currentLeaves = (set: string) =>
  `SELECT tree, leaf FROM ${set}_leaves WHERE tree BETWEEN ?1 AND ?2 ORDER BY tree LIMIT ?3`
const currentRecords = (set: string) =>
  `SELECT l.tree AS tree, l.leaf AS leaf, r.record AS record, r.tree AS own
   FROM ${set}_leaves l LEFT JOIN ${set}_records r ON r.id = l.id
   WHERE l.tree BETWEEN ?1 AND ?2 ORDER BY l.tree LIMIT ?3`
/** The history row with the lowest `until` above the anchor, else the current row: spec protocol 15.3. */
const unchanged = (t: TableName) => `NOT EXISTS (SELECT 1 FROM ${t}_past p WHERE p.tree = l.tree AND p.until > ?4)`
const firstAfter = (t: TableName) =>
  `p.tree BETWEEN ?1 AND ?2 AND p.until > ?4 AND p.leaf IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM ${t}_past q WHERE q.tree = p.tree AND q.until > ?4 AND q.until < p.until)`
const PAST_LEAVES = tableSql(
  (t) => `SELECT l.tree AS tree, l.leaf AS leaf FROM ${t}_leaves l WHERE l.tree BETWEEN ?1 AND ?2 AND ${unchanged(t)}
          UNION ALL SELECT p.tree, p.leaf FROM ${t}_past p WHERE ${firstAfter(t)}
          ORDER BY 1 LIMIT ?3`,
)
const PAST_RECORDS = tableSql(
  (t) => `SELECT l.tree AS tree, l.leaf AS leaf, r.record AS record, r.tree AS own
          FROM ${t}_leaves l LEFT JOIN ${t}_records r ON r.id = l.id WHERE l.tree BETWEEN ?1 AND ?2 AND ${unchanged(t)}
          UNION ALL SELECT p.tree, p.leaf, p.record, p.tree FROM ${t}_past p WHERE ${firstAfter(t)}
          ORDER BY 1 LIMIT ?3`,
)
const ANCHOR = tableSql((t) => `SELECT ${t} AS count FROM anchors WHERE window = ?`)

const STAGED_COUNT = tableSql((t) => `SELECT coalesce(sum(count), 0) AS count FROM ${STAGED}${t}_pieces`)

/** Whose rows are read: the head's, those of a state that is being fetched, or those of an anchor by its window. */
type View = 'head' | 'staged' | number

const LEAVES = { head: tableSql(currentLeaves), staged: tableSql((t) => currentLeaves(STAGED + t)) }
const RECORDS = { head: tableSql(currentRecords), staged: tableSql((t) => currentRecords(STAGED + t)) }

export class StoredTable implements TableReader {
  readonly #database: Database
  readonly #table: TableName
  readonly #view: View

  constructor(database: Database, table: TableName, view: View = 'head') {
    this.#database = database
    this.#table = table
    this.#view = view
  }

  count(): number {
    if (typeof this.#view === 'number') return this.#anchored(this.#view)
    if (this.#view === 'staged') return this.#database.get<{ count: number }>(STAGED_COUNT[this.#table])?.count ?? 0
    return countsOf(this.#database)[this.#table]
  }

  record(key: Uint8Array): Uint8Array | undefined {
    return this.records(key, key, 1)[0]?.record
  }

  *leaves(lo: Uint8Array, hi: Uint8Array): Generator<Leaf> {
    const end = toTree(hi)
    for (let from: Uint8Array | undefined = toTree(lo); from !== undefined; ) {
      const rows: LeafRow[] = this.#read(LEAVES, PAST_LEAVES, [from, end, LEAVES_PER_READ])
      for (const { tree, leaf } of rows) yield { key: fromTree(tree), hash: leaf }
      const last = rows[LEAVES_PER_READ - 1]
      from = last && successor(last.tree)
    }
  }

  records(lo: Uint8Array, hi: Uint8Array, limit: number): KeyedRecord[] {
    const rows = this.#read<RecordRow>(RECORDS, PAST_RECORDS, [toTree(lo), toTree(hi), limit])
    return rows.map((row) => this.#checked(row))
  }

  #read<T>(current: typeof LEAVES, past: TableSql, range: [Uint8Array, Uint8Array, number]): T[] {
    const view = this.#view
    if (typeof view !== 'number') return this.#database.all<T>(current[view][this.#table], ...range)
    return this.#database.reading(() => {
      this.#anchored(view)
      return this.#database.all<T>(past[this.#table], ...range, view)
    })
  }

  #anchored(anchor: number): number {
    const row = this.#database.get<{ count: number }>(ANCHOR[this.#table], anchor)
    if (row === undefined) throw anchorGone(anchor)
    return row.count
  }

  #checked({ tree, leaf, record, own }: RecordRow): KeyedRecord {
    const key = fromTree(tree)
    const isSound = record !== null && own !== null && bytesEqual(own, tree) && bytesEqual(leafOf(record), leaf)
    if (isSound) return { key, record }
    const what = `the ${this.#table} record ${toHex(key)} does not match its leaf hash`
    throw storeFault('STORE_CORRUPT', this.#database.path, new Error(what))
  }
}
