import type { OwnedName } from '../contracts/store.js'
import type { Database } from './database.js'

interface Row {
  mirror: string
  kind: OwnedName['kind']
  name: string
  mac: string
  remote_updated_at_ms: number
  origin: OwnedName['origin']
}

/** Names on a target that are kept in step; only created ones may be deleted. Spec repository-mirror 8.1. */
export class OwnedNames {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  all(mirror: string, kind: OwnedName['kind']): OwnedName[] {
    const sql = 'SELECT * FROM owned WHERE mirror = ? AND kind = ? ORDER BY name'
    return this.#database.all<Row>(sql, mirror, kind).map(({ remote_updated_at_ms, ...row }) => {
      return { ...row, remoteUpdatedAtMs: remote_updated_at_ms }
    })
  }

  put({ mirror, kind, name, mac, remoteUpdatedAtMs, origin }: OwnedName): void {
    const sql = 'INSERT OR REPLACE INTO owned VALUES (?, ?, ?, ?, ?, ?)'
    this.#database.run(sql, mirror, kind, name, mac, remoteUpdatedAtMs, origin)
  }

  delete(mirror: string, kind: OwnedName['kind'], name: string): void {
    this.#database.run('DELETE FROM owned WHERE mirror = ? AND kind = ? AND name = ?', mirror, kind, name)
  }

  remove(mirror: string): void {
    this.#database.run('DELETE FROM owned WHERE mirror = ?', mirror)
  }
}
