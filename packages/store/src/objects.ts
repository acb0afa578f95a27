import type { Database } from './database.js'
import { checked, type DigestedRow, digestOf } from './digest.js'

export interface ObjectReader {
  get(hash: Uint8Array): Uint8Array | undefined
  list(): Uint8Array[]
}

/** Bodies of control objects that this node vouched for, kept until they are processed: spec protocol 12.2. */
export interface Objects extends ObjectReader {
  /** Durable when it returns. */
  put(hash: Uint8Array, bytes: Uint8Array): void
  delete(hash: Uint8Array): void
}

type Row = DigestedRow & { readonly hash: Uint8Array }

export class ObjectTable implements Objects {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  get(hash: Uint8Array): Uint8Array | undefined {
    const row = this.#database.get<DigestedRow>('SELECT bytes, digest FROM objects WHERE hash = ?', hash)
    return row && checked(row, this.#database.path, 'a control object')
  }

  list(): Uint8Array[] {
    const rows = [...this.#database.iterate<Row>('SELECT hash, bytes, digest FROM objects ORDER BY hash')]
    return rows.map((row) => checked(row, this.#database.path, 'a control object'))
  }

  put(hash: Uint8Array, bytes: Uint8Array): void {
    const sql = 'INSERT OR REPLACE INTO objects (hash, bytes, digest) VALUES (?, ?, ?)'
    this.#database.transaction(() => this.#database.run(sql, hash, bytes, digestOf(bytes)))
  }

  delete(hash: Uint8Array): void {
    this.#database.transaction(() => this.#database.run('DELETE FROM objects WHERE hash = ?', hash))
  }
}
