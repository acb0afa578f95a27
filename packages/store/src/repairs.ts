import type { Database } from './database.js'
import { checked, type DigestedRow, digestOf } from './digest.js'

/** What a node can fetch again from its peers. */
export type MissingKind = 'envelope' | 'certificate' | 'proof'

export interface MissingPart {
  readonly kind: MissingKind
  readonly window: number
}

export interface RepairReader {
  /** What a check found damaged and removed, by window. */
  missing(): MissingPart[]
  /** Why the tables must come anew by snapshot; `undefined` where they are sound. */
  resync(): string | undefined
}

/** What is damaged and what peers can mend. Every call is durable when it returns. */
export interface Repairs extends RepairReader {
  /** Removes a part and notes that it is missing. */
  drop(part: MissingPart): void
  /** Puts a part that is noted as missing; the caller has verified it. False when it is not noted. */
  refill(part: MissingPart, bytes: Uint8Array): boolean
  /** The tables of the head cannot be trusted: an install may then go back behind the head. */
  requireResync(reason: string): void
}

const TABLE_OF = { envelope: 'envelopes', certificate: 'certificates', proof: 'proofs' } as const
const RESYNC = 'resync'
const RESYNC_ROW = `SELECT bytes, digest FROM notes WHERE name = '${RESYNC}'`
const AHEAD = ['windows', 'envelopes', 'certificates', 'proofs', 'missing'] as const

export class RepairTable implements Repairs {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  missing(): MissingPart[] {
    return this.#database.all<MissingPart>('SELECT kind, window FROM missing ORDER BY window, kind')
  }

  resync(): string | undefined {
    const row = this.#database.get<DigestedRow>(RESYNC_ROW)
    return row && Buffer.from(checked(row, this.#database.path, 'the mark of a re-synchronisation')).toString()
  }

  drop({ kind, window }: MissingPart): void {
    this.#database.transaction(() => {
      this.#database.run(`DELETE FROM ${TABLE_OF[kind]} WHERE window = ?`, window)
      this.#database.run('INSERT OR IGNORE INTO missing VALUES (?, ?)', kind, window)
    })
  }

  refill({ kind, window }: MissingPart, bytes: Uint8Array): boolean {
    return this.#database.transaction(() => {
      if (this.#database.run('DELETE FROM missing WHERE kind = ? AND window = ?', kind, window) === 0) return false
      const sql = `INSERT OR REPLACE INTO ${TABLE_OF[kind]} (window, bytes, digest) VALUES (?, ?, ?)`
      this.#database.run(sql, window, bytes, digestOf(bytes))
      return true
    })
  }

  requireResync(reason: string): void {
    const bytes = Buffer.from(reason)
    const sql = 'INSERT OR REPLACE INTO notes (name, bytes, digest) VALUES (?, ?, ?)'
    this.#database.transaction(() => this.#database.run(sql, RESYNC, bytes, digestOf(bytes)))
  }

  /** Part of an install: windows from `window` on are applied again. The signature journal stays as it is. */
  goBack(window: number): void {
    for (const table of AHEAD) this.#database.run(`DELETE FROM ${table} WHERE window >= ?`, window)
    this.#database.run('DELETE FROM notes WHERE name = ?', RESYNC)
  }
}
