import type { AuditEntry } from '../contracts/store.js'
import type { Database } from './database.js'

const COLUMNS =
  'id, at_ms AS atMs, actor, action, reason, epoch_before AS epochBefore, epoch_after AS epochAfter, detail'

/** Who did what, when, why. Never cut. Spec repository-mirror 11. */
export class Audit {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  add({ atMs, actor, action, reason, epochBefore, epochAfter, detail }: Omit<AuditEntry, 'id'>): number {
    const sql = 'INSERT INTO audit VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)'
    return this.#database.insert(sql, atMs, actor, action, reason, epochBefore, epochAfter, detail)
  }

  /** A transaction goes on: one more step in its detail, or the epoch that it ended with. */
  update(id: number, { epochAfter, detail }: Pick<AuditEntry, 'epochAfter' | 'detail'>): void {
    this.#database.run('UPDATE audit SET epoch_after = ?, detail = ? WHERE id = ?', epochAfter, detail, id)
  }

  get(id: number): AuditEntry | undefined {
    return this.#database.get<AuditEntry>(`SELECT ${COLUMNS} FROM audit WHERE id = ?`, id)
  }

  /** Newest first; `before` is the id at which the page before ended. */
  latest(limit: number, before = Number.MAX_SAFE_INTEGER): AuditEntry[] {
    return this.#database.all<AuditEntry>(
      `SELECT ${COLUMNS} FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?`,
      before,
      limit,
    )
  }
}
