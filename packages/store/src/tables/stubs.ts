import type { Database } from '../database.js'
import { StoreError } from '../errors.js'
import { type TableName, tableSql } from './names.js'
import { fromTree, KEY_BITS, lastOf, toTree } from './tree-key.js'

/** One aligned subtree: the keys whose first `depth` branch decisions are those of `lo`. */
export interface StubRow {
  /** Its lowest key, 32 bytes in normal order. */
  readonly lo: Uint8Array
  readonly depth: number
  readonly count: number
  /** Any key below it; `lo` when there is none. */
  readonly key: Uint8Array
  /** 1 + the highest bit in which keys below it differ; 0 for one key or none. */
  readonly height: number
  /** Its hash at level 256 − depth; `null`: something below was changed since it was computed. */
  readonly hash: Uint8Array | null
}

/** A stub as it is kept: its hash holds for every window from `changed` to the head. */
export type KeptStub = StubRow & {
  /** The last window that changed something below it. */
  readonly changed: number
}

export interface StubReader {
  /** In tree order; they tile the key space. */
  all(): StubRow[]
  /** The same with the window from which on each of them holds. */
  kept(): KeptStub[]
  /** Only those whose hash must be computed anew. */
  dirty(): StubRow[]
}

export interface StubTable extends StubReader {
  /**
   * Replaces what the rows cover; durable when it returns. A row computed from the leaves as they were after window
   * `asOf` (the head by default) stays dirty when a later window changed something below it. Throws StoreError
   * `STUBS_MALFORMED` when the rows do not cover exactly what they replace.
   */
  put(rows: readonly StubRow[], asOf?: number): void
}

const COLUMNS = 'lo, depth, count, key, height, hash, changed'
const ALL = tableSql((t) => `SELECT ${COLUMNS} FROM ${t}_stubs ORDER BY lo`)
const DIRTY = tableSql((t) => `SELECT ${COLUMNS} FROM ${t}_stubs WHERE hash IS NULL ORDER BY lo`)
const BELOW = tableSql(
  (t) => `SELECT ${COLUMNS} FROM ${t}_stubs
          WHERE lo BETWEEN coalesce((SELECT max(lo) FROM ${t}_stubs WHERE lo <= ?1), ?1) AND ?2 ORDER BY lo`,
)
const DELETE = tableSql((t) => `DELETE FROM ${t}_stubs WHERE lo = ?`)
const INSERT = tableSql((t) => `INSERT INTO ${t}_stubs (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`)
const HEAD = 'SELECT max(window) AS window FROM windows'

export class StoredStubs implements StubTable {
  readonly #database: Database
  readonly #table: TableName

  constructor(database: Database, table: TableName) {
    this.#database = database
    this.#table = table
  }

  kept(): KeptStub[] {
    const rows = this.#database.all<KeptStub>(ALL[this.#table])
    return rows.map((row) => ({ ...toRow(row), changed: row.changed }))
  }

  all(): StubRow[] {
    return this.#database.all<KeptStub>(ALL[this.#table]).map(toRow)
  }

  dirty(): StubRow[] {
    return this.#database.all<KeptStub>(DIRTY[this.#table]).map(toRow)
  }

  put(rows: readonly StubRow[], asOf?: number): void {
    this.#database.transaction(() => {
      const known = asOf ?? this.#database.get<{ window: number | null }>(HEAD)?.window ?? 0
      const replaced = this.#take(rows)
      if (sizeOf(replaced) !== sizeOf(rows)) throw malformedStubs(this.#table)
      for (const { row, changed } of withLastChange(rows, replaced)) this.insert(row, changed, known)
    })
  }

  /** Part of a transaction of the caller. */
  insert(row: StubRow, changed = 0, asOf = changed): void {
    const { depth, count, height } = row
    const hash = changed > asOf ? null : row.hash
    this.#database.run(INSERT[this.#table], toTree(row.lo), depth, count, toTree(row.key), height, hash, changed)
  }

  /** Removes every stub that shares a key with one of `rows`, and returns them in tree order. */
  #take(rows: readonly StubRow[]): KeptStub[] {
    const taken = new Map<string, KeptStub>()
    for (const { lo, depth } of rows) {
      const tree = toTree(lo)
      for (const stub of this.#database.all<KeptStub>(BELOW[this.#table], tree, lastOf(tree, depth))) {
        taken.set(Buffer.from(stub.lo).toString('hex'), stub)
      }
    }
    for (const { lo } of taken.values()) this.#database.run(DELETE[this.#table], lo)
    return [...taken.values()].sort((a, b) => Buffer.compare(a.lo, b.lo))
  }
}

/** Keys that the stubs cover together. */
export function sizeOf(stubs: readonly Pick<StubRow, 'depth'>[]): bigint {
  return stubs.reduce((sum, { depth }) => sum + (1n << BigInt(KEY_BITS - depth)), 0n)
}

/** Each row with the last window that changed one of the stubs it takes keys from: both sides walked in tree order. */
function* withLastChange(rows: readonly StubRow[], stubs: readonly KeptStub[]) {
  const sorted = rows.map((row) => ({ row, lo: toTree(row.lo) })).sort((a, b) => Buffer.compare(a.lo, b.lo))
  let first = 0
  for (const { row, lo } of sorted) {
    const hi = lastOf(lo, row.depth)
    while (first < stubs.length - 1 && isBefore(stubs[first], lo)) first++
    let changed = 0
    for (let i = first; i < stubs.length; i++) {
      const stub = stubs[i]
      if (stub === undefined || Buffer.compare(stub.lo, hi) > 0) break
      changed = Math.max(changed, stub.changed)
    }
    yield { row, changed }
  }
}

function isBefore(stub: KeptStub | undefined, lo: Uint8Array): boolean {
  return stub !== undefined && Buffer.compare(lastOf(stub.lo, stub.depth), lo) < 0
}

function toRow({ lo, depth, count, key, height, hash }: KeptStub): StubRow {
  return { lo: fromTree(lo), depth, count, key: fromTree(key), height, hash }
}

export function malformedStubs(table: TableName): StoreError {
  return new StoreError('STUBS_MALFORMED', `the ${table} stubs do not cover exactly what they replace`, {
    field: 'stubs',
    remedy: 'replace whole stubs: each by itself, by its children, or children by their parent',
    metadata: { table },
  })
}
