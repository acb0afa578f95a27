import type { Database } from './database.js'
import { checked, type DigestedRow, digestOf } from './digest.js'

export interface CertificateReader {
  get(window: number): Uint8Array | undefined
}

/** Certificates and attestations that arrive after their window was committed. */
export interface Certificates extends CertificateReader {
  /** Durable when it returns; replaces an earlier one. */
  put(window: number, bytes: Uint8Array): void
}

export class CertificateTable implements Certificates {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  get(window: number): Uint8Array | undefined {
    const row = this.#database.get<DigestedRow>('SELECT bytes, digest FROM certificates WHERE window = ?', window)
    return row && checked(row, this.#database.path, `certificate of window ${window}`)
  }

  put(window: number, bytes: Uint8Array): void {
    this.#database.transaction(() => this.insert(window, bytes))
  }

  /** Part of a commit; the caller holds the transaction. */
  insert(window: number, bytes: Uint8Array): void {
    const sql = 'INSERT OR REPLACE INTO certificates (window, bytes, digest) VALUES (?, ?, ?)'
    this.#database.run(sql, window, bytes, digestOf(bytes))
  }
}
