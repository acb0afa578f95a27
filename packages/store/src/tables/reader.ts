import { bytesEqual, toHex } from '@montana/foundation'
import type { Database } from '../database.js'
import { anchorGone, storeFault } from '../errors.js'
import { STAGED, type TableName, tableSql } from './names.js'
import { fromTree, HIGHEST_KEY, leafOf, successor, toTree } from './tree-key.js'

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

/** First tree key, last tree key, rows at most. */
type Range = [Uint8Array, Uint8Array, number]

/** Rows of one read of leaves: 128 KiB, and a write-ahead log that no reader holds for long. No special reason. */
const LEAVES_PER_READ = 1_024

/** Replaced by the bounds of the head or of an anchor; the first two parameters are always the ends of the interval. */
const leavesSql = (set: string) =>
  `SELECT tree, leaf FROM ${set}_leaves WHERE tree BETWEEN ?1 AND ?2 ORDER BY tree LIMIT ?3`
const recordsSql = (set: string) =>
  `SELECT l.tree AS tree, l.leaf AS leaf, r.record AS record, r.tree AS own
   FROM ${set}_leaves l LEFT JOIN ${set}_records r ON r.id = l.id
   WHERE l.tree BETWEEN ?1 AND ?2 ORDER BY l.tree LIMIT ?3`
const HEAD_LEAVES = tableSql(leavesSql)
const HEAD_RECORDS = tableSql(recordsSql)
const STAGED_LEAVES = tableSql((t) => leavesSql(STAGED + t))
const STAGED_RECORDS = tableSql((t) => recordsSql(STAGED + t))
const STAGED_COUNT = tableSql((t) => `SELECT coalesce(sum(count), 0) AS count FROM ${STAGED}${t}_pieces`)
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
const COUNT = 'SELECT count FROM table_counts WHERE name = ?'
const ANCHOR = tableSql((t) => `SELECT ${t} AS count FROM anchors WHERE window = ?`)

/** The table of the head, or of `anchor` where one is given. */
export class StoredTable implements TableReader {
  readonly #database: Database
  readonly #table: TableName
  readonly #anchor: number | undefined

  constructor(database: Database, table: TableName, anchor?: number) {
    this.#database = database
    this.#table = table
    this.#anchor = anchor
  }

  count(): number {
    if (this.#anchor !== undefined) return this.#anchored(this.#anchor)
    return this.#database.get<{ count: number }>(COUNT, this.#table)?.count ?? 0
  }

  record(key: Uint8Array): Uint8Array | undefined {
    return this.records(key, key, 1)[0]?.record
  }

  leaves(lo: Uint8Array, hi: Uint8Array): Generator<Leaf> {
    return pagesOfLeaves(lo, hi, (range) => this.#read(HEAD_LEAVES, PAST_LEAVES, range))
  }

  records(lo: Uint8Array, hi: Uint8Array, limit: number): KeyedRecord[] {
    const rows = this.#read<RecordRow>(HEAD_RECORDS, PAST_RECORDS, [toTree(lo), toTree(hi), limit])
    return rows.map((row) => checkedRecord(row, this.#table, this.#database.path))
  }

  #read<T>(head: typeof HEAD_LEAVES, past: typeof PAST_LEAVES, range: Range): T[] {
    const anchor = this.#anchor
    if (anchor === undefined) return this.#database.all<T>(head[this.#table], ...range)
    return this.#database.reading(() => {
      this.#anchored(anchor)
      return this.#database.all<T>(past[this.#table], ...range, anchor)
    })
  }

  #anchored(anchor: number): number {
    const row = this.#database.get<{ count: number }>(ANCHOR[this.#table], anchor)
    if (row === undefined) throw anchorGone(anchor)
    return row.count
  }
}

/** What a joining node has staged of one table. */
export class StagedTable implements TableReader {
  readonly #database: Database
  readonly #table: TableName

  constructor(database: Database, table: TableName) {
    this.#database = database
    this.#table = table
  }

  count(): number {
    return this.#database.get<{ count: number }>(STAGED_COUNT[this.#table])?.count ?? 0
  }

  record(key: Uint8Array): Uint8Array | undefined {
    return this.records(key, key, 1)[0]?.record
  }

  leaves(lo: Uint8Array, hi: Uint8Array): Generator<Leaf> {
    return pagesOfLeaves(lo, hi, (range) => this.#database.all<LeafRow>(STAGED_LEAVES[this.#table], ...range))
  }

  records(lo: Uint8Array, hi: Uint8Array, limit: number): KeyedRecord[] {
    const range = [toTree(lo), toTree(hi), limit] as const
    const rows = this.#database.all<RecordRow>(STAGED_RECORDS[this.#table], ...range)
    return rows.map((row) => checkedRecord(row, this.#table, this.#database.path))
  }
}

function* pagesOfLeaves(lo: Uint8Array, hi: Uint8Array, read: (range: Range) => LeafRow[]): Generator<Leaf> {
  const end = toTree(hi)
  for (let from: Uint8Array | undefined = toTree(lo); from !== undefined; ) {
    const rows = read([from, end, LEAVES_PER_READ])
    for (const { tree, leaf } of rows) yield { key: fromTree(tree), hash: leaf }
    const last = rows[LEAVES_PER_READ - 1]
    from = last && successor(last.tree)
  }
}

function checkedRecord({ tree, leaf, record, own }: RecordRow, table: TableName, path: string): KeyedRecord {
  const key = fromTree(tree)
  const isSound = record !== null && own !== null && bytesEqual(own, tree) && bytesEqual(leafOf(record), leaf)
  if (isSound) return { key, record }
  throw storeFault('STORE_CORRUPT', path, new Error(`the ${table} record ${toHex(key)} does not match its leaf hash`))
}

/** Every key there is. */
export const WHOLE = { lo: new Uint8Array(HIGHEST_KEY.length), hi: HIGHEST_KEY } as const
