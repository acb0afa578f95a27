import type { Database } from '../database.js'
import { checkSeal, sealOf } from '../seal.js'
import { TABLES, type TableName, tableSql } from './names.js'

export type TableCounts = Readonly<Record<TableName, number>>

/** A window whose state stays readable while the head goes on: spec protocol 15.3. */
export interface Anchor {
  readonly window: number
  /** Wall clock, milliseconds since the Unix epoch. */
  readonly frozenAtMs: number
  readonly counts: TableCounts
}

export interface AnchorReader {
  /** The earliest first. */
  list(): Anchor[]
  /** The encoded consensus context of the anchor, `undefined` where there is no such anchor. */
  context(window: number): Uint8Array | undefined
  /** Rows that are kept for anchors alone: what has been changed since. */
  keptRows(): number
}

export interface Anchors extends AnchorReader {
  /** Drops the windows that `choose` names; `reclaim` frees what only they needed. Durable when it returns. */
  prune(choose: (anchors: readonly Anchor[]) => readonly number[]): void
}

interface Row extends TableCounts {
  readonly window: number
  readonly frozen_at_ms: number
  readonly bytes: Uint8Array
  readonly seal: Uint8Array
}

/** They are added and removed in the order of their ids, so that nothing has to be counted. */
const KEPT_ROWS = tableSql((t) => `SELECT coalesce(max(id) - min(id) + 1, 0) AS rows FROM ${t}_past`)
interface CountRow {
  readonly name: TableName
  readonly count: number
  readonly seal?: Uint8Array
}

const PUT_COUNT = 'INSERT OR REPLACE INTO table_counts (name, count, seal) VALUES (?, ?, ?)'

export class AnchorTable implements Anchors {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  list(): Anchor[] {
    return this.#database.all<Row>('SELECT * FROM anchors ORDER BY window').map((row) => {
      const { window, frozen_at_ms, account, node, candidate } = this.#checked(row)
      return { window, frozenAtMs: frozen_at_ms, counts: { account, node, candidate } }
    })
  }

  context(window: number): Uint8Array | undefined {
    const row = this.#database.get<Row>('SELECT * FROM anchors WHERE window = ?', window)
    return row && this.#checked(row).bytes
  }

  keptRows(): number {
    return TABLES.reduce((sum, table) => sum + (this.#database.get<{ rows: number }>(KEPT_ROWS[table])?.rows ?? 0), 0)
  }

  prune(choose: (anchors: readonly Anchor[]) => readonly number[]): void {
    this.#database.transaction(() => {
      for (const window of choose(this.list())) this.#database.run('DELETE FROM anchors WHERE window = ?', window)
    })
  }

  /** The latest anchor, which goes on to see what a commit changes. */
  latest(): number | undefined {
    const row = this.#database.get<{ window: number | null }>('SELECT max(window) AS window FROM anchors')
    return row?.window ?? undefined
  }

  /** Part of a commit; the caller holds the transaction. */
  freeze(window: number, context: Uint8Array, frozenAtMs: number): void {
    const counts = countsOf(this.#database)
    const row = [window, frozenAtMs, context, ...TABLES.map((table) => counts[table])]
    this.#database.run('INSERT OR REPLACE INTO anchors VALUES (?, ?, ?, ?, ?, ?, ?)', ...row, sealOf(row))
  }

  #checked(row: Row): Row {
    const { window, frozen_at_ms, bytes, account, node, candidate, seal } = row
    const what = `anchor ${window}`
    checkSeal(seal, [window, frozen_at_ms, bytes, account, node, candidate], { path: this.#database.path, what })
    return row
  }
}

/** Records of each table of the head. */
export function countsOf(database: Database): TableCounts {
  const counts = { account: 0, node: 0, candidate: 0 }
  for (const { name, count, seal } of database.all<CountRow>('SELECT * FROM table_counts')) {
    checkSeal(seal, [name, count], { path: database.path, what: `the number of ${name} records` })
    counts[name] = count
  }
  return counts
}

/** Part of a transaction of the caller. */
export function putCount(database: Database, table: TableName, count: number): void {
  database.run(PUT_COUNT, table, count, sealOf([table, count]))
}
