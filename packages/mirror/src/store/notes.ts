import type { Database } from './database.js'

/** Small facts that outlive a process, by name. */
export class Notes {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  get(name: string): string | undefined {
    return this.#database.get<{ value: string }>('SELECT value FROM note WHERE name = ?', name)?.value
  }

  set(name: string, value: string): void {
    this.#database.run('INSERT OR REPLACE INTO note VALUES (?, ?)', name, value)
  }

  delete(name: string): void {
    this.#database.run('DELETE FROM note WHERE name = ?', name)
  }
}
