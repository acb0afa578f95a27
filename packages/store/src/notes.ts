import type { Database } from './database.js'
import { checked, type DigestedRow, digestOf } from './digest.js'

/** What a node keeps for itself under a name: small, replaced as a whole. */
export interface NoteReader {
  get(name: string): Uint8Array | undefined
}

export interface Notes extends NoteReader {
  /** Durable when it returns. */
  put(name: string, bytes: Uint8Array): void
  delete(name: string): void
}

export class NoteTable implements Notes {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  get(name: string): Uint8Array | undefined {
    const row = this.#database.get<DigestedRow>('SELECT bytes, digest FROM notes WHERE name = ?', name)
    return row && checked(row, this.#database.path, `note ${name}`)
  }

  put(name: string, bytes: Uint8Array): void {
    const sql = 'INSERT OR REPLACE INTO notes (name, bytes, digest) VALUES (?, ?, ?)'
    this.#database.transaction(() => this.#database.run(sql, name, bytes, digestOf(bytes)))
  }

  delete(name: string): void {
    this.#database.transaction(() => this.#database.run('DELETE FROM notes WHERE name = ?', name))
  }
}
