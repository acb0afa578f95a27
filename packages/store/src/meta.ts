import type { Database } from './database.js'
import { checkSeal, sealOf } from './seal.js'

interface MetaRow {
  readonly value: Uint8Array
  readonly seal?: Uint8Array
}

/** What is said once of a store, each row under its seal. */
export class MetaTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  get(key: string): Uint8Array | undefined {
    const row = this.#database.get<MetaRow>('SELECT * FROM meta WHERE key = ?', key)
    if (row === undefined) return undefined
    checkSeal(row.seal, [key, row.value], { path: this.#database.path, what: `the ${key}` })
    return row.value
  }

  put(key: string, value: Uint8Array): void {
    this.#database.run('INSERT OR REPLACE INTO meta VALUES (?, ?, ?)', key, value, sealOf([key, value]))
  }

  /** Stored as decimal digits. */
  number(key: string): number | undefined {
    const stored = this.get(key)
    return stored && Number(Buffer.from(stored).toString('latin1'))
  }

  putNumber(key: string, value: number): void {
    this.put(key, Buffer.from(String(value), 'latin1'))
  }
}
