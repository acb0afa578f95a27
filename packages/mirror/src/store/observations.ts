import { OBSERVATIONS_KEPT } from './constants.js'
import type { Database } from './database.js'

export interface Observation {
  readonly id: number
  readonly atMs: number
  readonly verdict: string
  /** JSON: signals with their ages, and the reason. */
  readonly detail: string
}

/** What the sentinel saw, here; what it decides by is in the fence. Spec repository-mirror 10.3. */
export class Observations {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  add(atMs: number, verdict: string, detail: unknown): number {
    const id = this.#database.insert(
      'INSERT INTO observation VALUES (NULL, ?, ?, ?)',
      atMs,
      verdict,
      JSON.stringify(detail),
    )
    this.#database.run('DELETE FROM observation WHERE id <= ?', id - OBSERVATIONS_KEPT)
    return id
  }

  /** Newest first. */
  latest(limit: number): Observation[] {
    const sql = 'SELECT id, at_ms AS atMs, verdict, detail FROM observation ORDER BY id DESC LIMIT ?'
    return this.#database.all<Observation>(sql, limit)
  }
}
