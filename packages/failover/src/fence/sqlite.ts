import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Epoch } from '../epoch.js'
import { requireEpoch, staleEpoch } from './stale.js'

export interface SqliteFenceOptions {
  /** One fence per policy whose effects this database takes. */
  readonly name?: string
}

export interface SqliteEffect<R> {
  /** With a key the effect is done once, whoever asks again. */
  readonly idempotencyKey?: string | null
  /** Synchronous, on the same database; what it throws undoes everything, the epoch too. */
  run(): R
}

export type SqliteOutcome<R> = { readonly isRepeated: false; readonly result: R } | { readonly isRepeated: true }

/** Digits of 2^64 − 1: with leading zeros the order of texts is that of numbers, and SQLite has no unsigned 64 bits. */
const DIGITS = 20

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS montana_fence (name TEXT PRIMARY KEY, highest TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS montana_effect (fence TEXT, key TEXT, PRIMARY KEY (fence, key)) STRICT, WITHOUT ROWID;
`
/** Changes nothing where the stored epoch is higher. */
const RAISE = `
  INSERT INTO montana_fence VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET highest = excluded.highest WHERE highest <= excluded.highest
`

/**
 * A fence in the database of the effects: the highest epoch, the key of the effect and the effect are one transaction.
 * Spec three-mirror 9. Keys are kept for ever: remove old ones from `montana_effect` when they cannot come again.
 */
export class SqliteFence {
  readonly #database: DatabaseSync
  readonly #name: string
  readonly #raise: StatementSync
  readonly #highest: StatementSync
  readonly #remember: StatementSync

  /** Creates its two tables. */
  constructor(database: DatabaseSync, { name = 'default' }: SqliteFenceOptions = {}) {
    database.exec(SCHEMA)
    this.#database = database
    this.#name = name
    this.#raise = database.prepare(RAISE)
    this.#highest = database.prepare('SELECT highest FROM montana_fence WHERE name = ?')
    this.#remember = database.prepare('INSERT OR IGNORE INTO montana_effect VALUES (?, ?)')
  }

  /** Throws FailoverError EPOCH_STALE, with the highest, and what the effect throws. */
  apply<R>(epoch: Epoch, { idempotencyKey = null, run }: SqliteEffect<R>): SqliteOutcome<R> {
    requireEpoch(epoch)
    return this.#inTransaction(() => {
      if (Number(this.#raise.run(this.#name, padded(epoch)).changes) === 0) throw staleEpoch(epoch, this.highest())
      if (idempotencyKey !== null && this.#isRepeated(idempotencyKey)) return { isRepeated: true }
      const result = run()
      if (result instanceof Promise) throw new TypeError('an effect of a SqliteFence is synchronous')
      return { isRepeated: false, result }
    })
  }

  /** 0 before the first effect. */
  highest(): Epoch {
    return BigInt((this.#highest.get(this.#name)?.highest as string | undefined) ?? 0)
  }

  #isRepeated(key: string): boolean {
    return Number(this.#remember.run(this.#name, key).changes) === 0
  }

  /** Its own, or a part of one that the caller has begun. */
  #inTransaction<T>(work: () => T): T {
    const isNested = this.#database.isTransaction
    this.#database.exec(isNested ? 'SAVEPOINT montana_fence' : 'BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#database.exec(isNested ? 'RELEASE montana_fence' : 'COMMIT')
      return result
    } catch (error) {
      this.#database.exec(isNested ? 'ROLLBACK TO montana_fence; RELEASE montana_fence' : 'ROLLBACK')
      throw error
    }
  }
}

function padded(epoch: Epoch): string {
  return String(epoch).padStart(DIGITS, '0')
}
