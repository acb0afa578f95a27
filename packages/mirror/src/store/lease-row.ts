import { isGone, type ProcessIdentity } from '../files/process-identity.js'
import type { Database } from './database.js'

export interface WorkerLease extends ProcessIdentity {
  /** One worker; a process may have had several. */
  readonly owner: string
  readonly expiresAtMs: number
}

interface Row {
  owner: string
  pid: number
  boot_id: string
  started: string
  expires_at_ms: number
}

/** One worker at a time. Spec repository-mirror 4.1 and 5. */
export class LeaseRow {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  holder(): WorkerLease | undefined {
    const row = this.#database.get<Row>('SELECT * FROM lease')
    if (row === undefined) return undefined
    const { owner, pid, boot_id: bootId, started, expires_at_ms: expiresAtMs } = row
    return { owner, pid, bootId, started, expiresAtMs }
  }

  /** Undefined when `wanted` has it now, else who does: not expired, and not a process that is gone. */
  acquire(wanted: WorkerLease, nowMs: number): WorkerLease | undefined {
    return this.#database.transaction(() => {
      const holder = this.holder()
      if (holder !== undefined && holder.expiresAtMs > nowMs && !isGone(holder)) return holder
      const sql = 'INSERT OR REPLACE INTO lease VALUES (1, ?, ?, ?, ?, ?)'
      this.#database.run(sql, wanted.owner, wanted.pid, wanted.bootId, wanted.started, wanted.expiresAtMs)
      return undefined
    })
  }

  /** False when another one has taken it. */
  renew(owner: string, expiresAtMs: number): boolean {
    return this.#database.run('UPDATE lease SET expires_at_ms = ? WHERE owner = ?', expiresAtMs, owner) === 1
  }

  release(owner: string): void {
    this.#database.run('DELETE FROM lease WHERE owner = ?', owner)
  }
}
