import type { Database } from './database.js'
import { checked, type DigestedRow, digestOf } from './digest.js'

export interface WorkReader {
  /** In the order in which it was done. */
  list(): Generator<Uint8Array>
}

/** The sequential work of a candidate, piece by piece, so that a restart loses at most the piece in progress. */
export interface Work extends WorkReader {
  /** Durable when it returns. */
  append(bytes: Uint8Array): void
  clear(): void
}

export class WorkTable implements Work {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  *list(): Generator<Uint8Array> {
    for (const row of this.#database.iterate<DigestedRow>('SELECT bytes, digest FROM work ORDER BY id')) {
      yield checked(row, this.#database.path, 'a piece of candidate work')
    }
  }

  append(bytes: Uint8Array): void {
    const sql = 'INSERT INTO work (bytes, digest) VALUES (?, ?)'
    this.#database.transaction(() => this.#database.run(sql, bytes, digestOf(bytes)))
  }

  clear(): void {
    this.#database.transaction(() => this.#database.run('DELETE FROM work'))
  }
}
