import type { Database } from '../database.js'
import { checked, type DigestedRow, digestOf } from '../digest.js'
import { TABLES, type TableName } from './names.js'

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
}

export interface Anchors extends AnchorReader {
  /** Drops the windows that `choose` names; `reclaim` frees what only they needed. Durable when it returns. */
  prune(choose: (anchors: readonly Anchor[]) => readonly number[]): void
}

interface Row extends TableCounts {
  readonly window: number
  readonly frozen_at_ms: number
}

const LIST = 'SELECT window, frozen_at_ms, account, node, candidate FROM anchors ORDER BY window'
const COUNTS = 'SELECT name, count FROM table_counts'

export class AnchorTable implements Anchors {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  list(): Anchor[] {
    return this.#database.all<Row>(LIST).map(({ window, frozen_at_ms, account, node, candidate }) => ({
      window,
      frozenAtMs: frozen_at_ms,
      counts: { account, node, candidate },
    }))
  }

  context(window: number): Uint8Array | undefined {
    const row = this.#database.get<DigestedRow>('SELECT bytes, digest FROM anchors WHERE window = ?', window)
    return row && checked(row, this.#database.path, `the context of anchor ${window}`)
  }

  prune(choose: (anchors: readonly Anchor[]) => readonly number[]): void {
    this.#database.transaction(() => {
      for (const window of choose(this.list())) this.#database.run('DELETE FROM anchors WHERE window = ?', window)
    })
  }

  /** The latest anchor, which goes on to see what a commit changes. */
  latest(): number | undefined {
    return (
      this.#database.get<{ window: number | null }>('SELECT max(window) AS window FROM anchors')?.window ?? undefined
    )
  }

  /** Part of a commit; the caller holds the transaction. */
  freeze(window: number, context: Uint8Array, frozenAtMs: number): void {
    const counts = countsOf(this.#database)
    const sql = 'INSERT OR REPLACE INTO anchors VALUES (?, ?, ?, ?, ?, ?, ?)'
    this.#database.run(sql, window, frozenAtMs, context, digestOf(context), ...TABLES.map((table) => counts[table]))
  }
}

/** Records of each table of the head. */
export function countsOf(database: Database): TableCounts {
  const counts = { account: 0, node: 0, candidate: 0 }
  for (const { name, count } of database.all<{ name: TableName; count: number }>(COUNTS)) counts[name] = count
  return counts
}
