import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { toStoreError } from './errors.js'

/** One SQLite connection: cached statements, errors of the mirror, transactions that leave nothing behind. */
export class Database {
  readonly path: string
  readonly #connection: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(connection: DatabaseSync, path: string) {
    this.#connection = connection
    this.path = path
  }

  exec(sql: string): void {
    this.#mapped(() => this.#connection.exec(sql))
  }

  /** One row, typed by the caller who wrote the query. */
  get<T>(sql: string, ...params: SQLInputValue[]): T | undefined {
    return this.#mapped(() => this.#statement(sql).get(...params)) as T | undefined
  }

  all<T>(sql: string, ...params: SQLInputValue[]): T[] {
    return this.#mapped(() => this.#statement(sql).all(...params)) as T[]
  }

  /** Number of rows changed. */
  run(sql: string, ...params: SQLInputValue[]): number {
    return Number(this.#mapped(() => this.#statement(sql).run(...params)).changes)
  }

  /** Id of the row that was added. */
  insert(sql: string, ...params: SQLInputValue[]): number {
    return Number(this.#mapped(() => this.#statement(sql).run(...params)).lastInsertRowid)
  }

  /** All of `work` or nothing, durable when it returns; within another one a part of it. */
  transaction<T>(work: () => T): T {
    if (this.#connection.isTransaction) return work()
    this.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.exec('COMMIT')
      return result
    } catch (error) {
      // SQLite has already rolled back by itself after some failures, such as a full disk.
      if (this.#connection.isOpen && this.#connection.isTransaction) this.#connection.exec('ROLLBACK')
      throw error
    }
  }

  close(): void {
    this.#statements.clear()
    if (this.#connection.isOpen) this.#mapped(() => this.#connection.close())
  }

  #statement(sql: string): StatementSync {
    const cached = this.#statements.get(sql)
    if (cached !== undefined) return cached
    const statement = this.#connection.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  #mapped<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw toStoreError(error, this.path)
    }
  }
}
