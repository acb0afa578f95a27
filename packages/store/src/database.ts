import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { StoreError, storeFault, toStoreError } from './errors.js'
import type { HeadNote } from './head-note.js'
import { sealOf } from './seal.js'
import { fromTree, leafOf } from './tables/tree-key.js'

const HEAD = 'SELECT number AS sequence, coalesce((SELECT max(window) FROM windows), -1) AS window FROM sequence'

/** Runs after every read; throws when what was read may not be one state of the store. */
export type ReadGuard = () => void

/** One SQLite connection with store errors, cached statements and transactions that leave nothing behind. */
export class Database {
  readonly #connection: DatabaseSync
  readonly #path: string
  readonly #guard: ReadGuard
  #onCommit: ((note: HeadNote) => void) | undefined
  readonly #statements = new Map<string, StatementSync>()
  /** Set by a failed write to the disk: what reached it is then unknown, and only a new start finds out. */
  #broken: StoreError | undefined

  constructor(connection: DatabaseSync, path: string, guard: ReadGuard = () => {}) {
    this.#connection = connection
    this.#path = path
    this.#guard = guard
    // What an upgrade and the views of an older store compute in SQL.
    connection.function('tree_key', { deterministic: true }, (key) => fromTree(key as Uint8Array))
    connection.function('seal', { deterministic: true, varargs: true }, (...values) => sealOf(values))
    connection.function('leaf_hash', { deterministic: true }, (record) => leafOf(record as Uint8Array))
  }

  get path(): string {
    return this.#path
  }

  exec(sql: string): void {
    this.#mapped(() => this.#connection.exec(sql))
  }

  /** One row, typed by the caller who wrote the query. */
  get<T>(sql: string, ...params: SQLInputValue[]): T | undefined {
    const row = this.#mapped(() => this.#statement(sql).get(...params))
    this.#guard()
    return row as T | undefined
  }

  /** All rows of a query that limits them. */
  all<T>(sql: string, ...params: SQLInputValue[]): T[] {
    const rows = this.#mapped(() => this.#statement(sql).all(...params))
    this.#guard()
    return rows as T[]
  }

  /** Rows one by one. A statement of its own, because a shared one would be reset by a second reader. */
  *iterate<T>(sql: string, ...params: SQLInputValue[]): Generator<T> {
    const rows = this.#mapped(() => this.#connection.prepare(sql).iterate(...params))
    for (;;) {
      const next = this.#mapped(() => rows.next())
      this.#guard()
      if (next.done) return
      yield next.value as T
    }
  }

  /** Number of rows changed. */
  run(sql: string, ...params: SQLInputValue[]): number {
    return Number(this.#mapped(() => this.#statement(sql).run(...params)).changes)
  }

  /** Several queries that see one state of the store. */
  reading<T>(work: () => T): T {
    if (this.#connection.isTransaction) return work()
    this.#mapped(() => this.#connection.exec('BEGIN'))
    try {
      return work()
    } finally {
      this.#mapped(() => this.#connection.exec('COMMIT'))
    }
  }

  /** From now on every transaction is counted, and told when it is durable. */
  onCommit(listener: (note: HeadNote) => void): void {
    this.#onCommit = listener
  }

  /** How far the store has come. */
  headNote(): HeadNote {
    return this.get<HeadNote>(HEAD) ?? { sequence: 0, window: -1 }
  }

  #counted(): HeadNote {
    this.run('UPDATE sequence SET number = number + 1')
    return this.headNote()
  }

  /** Keeps the present state for every query until it is released. */
  hold(): () => void {
    this.#mapped(() => this.#connection.exec('BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1'))
    return () => {
      if (this.#connection.isOpen && this.#connection.isTransaction) this.#mapped(() => this.#connection.exec('COMMIT'))
    }
  }

  /** All of `work` or nothing; durable when it returns. */
  transaction<T>(work: () => T): T {
    if (this.#broken !== undefined) throw this.#broken
    this.#mapped(() => this.#connection.exec('BEGIN IMMEDIATE'))
    try {
      const result = work()
      const note = this.#onCommit && this.#counted()
      this.#mapped(() => this.#connection.exec('COMMIT'))
      if (note) this.#onCommit?.(note)
      return result
    } catch (error) {
      this.#rollBack(error)
      throw error
    }
  }

  close(): void {
    if (!this.#connection.isOpen) return
    this.#statements.clear()
    this.#mapped(() => this.#connection.close())
  }

  #rollBack(error: unknown): void {
    if (error instanceof StoreError && error.code === 'STORE_IO') this.#broken = error
    // SQLite has already rolled back by itself after some failures, such as a full disk.
    if (this.#connection.isOpen && this.#connection.isTransaction) this.#mapped(() => this.#connection.exec('ROLLBACK'))
  }

  #statement(sql: string): StatementSync {
    const cached = this.#statements.get(sql)
    if (cached !== undefined) return cached
    const statement = this.#connection.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  #mapped<T>(work: () => T): T {
    if (!this.#connection.isOpen) throw storeFault('STORE_CLOSED', this.#path, new Error('the store is closed'))
    try {
      return work()
    } catch (error) {
      throw toStoreError(error, this.#path)
    }
  }
}
