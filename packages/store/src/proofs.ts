import { PROOFS_KEPT_WINDOWS } from './constants.js'
import type { Database } from './database.js'
import { checked, type DigestedRow, digestOf } from './digest.js'

/** Intermediate clock values of windows, as they are served to verifiers: spec protocol 3.3, 13.1. */
export interface ProofReader {
  get(window: number): Uint8Array | undefined
}

export class ProofTable implements ProofReader {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  get(window: number): Uint8Array | undefined {
    const row = this.#database.get<DigestedRow>('SELECT bytes, digest FROM proofs WHERE window = ?', window)
    return row && checked(row, this.#database.path, `the clock values of window ${window}`)
  }

  /** Part of a commit; the caller holds the transaction. */
  insert(window: number, bytes: Uint8Array): void {
    this.#database.run('INSERT OR REPLACE INTO proofs VALUES (?, ?, ?)', window, bytes, digestOf(bytes))
    this.#database.run('DELETE FROM proofs WHERE window <= ?', window - PROOFS_KEPT_WINDOWS)
  }
}
