import type { Layer } from '../contracts/config.js'
import { EVENTS_KEPT } from './constants.js'
import type { Database } from './database.js'

/** Names of the stream of events: spec repository-mirror 13. */
export type EventKind = 'job' | 'layer' | 'role' | 'alert'

export interface MirrorEvent {
  /** Grows, and never comes back. */
  readonly id: number
  readonly atMs: number
  readonly kind: EventKind
  readonly mirror: string | null
  readonly layer: Layer | null
  readonly data: Readonly<Record<string, unknown>>
}

type Row = Omit<MirrorEvent, 'data'> & { readonly data: string }

export class Events {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  add({ atMs, kind, mirror, layer, data }: Omit<MirrorEvent, 'id'>): number {
    const sql = 'INSERT INTO event VALUES (NULL, ?, ?, ?, ?, ?)'
    const id = this.#database.insert(sql, atMs, kind, mirror, layer, JSON.stringify(data))
    this.#database.run('DELETE FROM event WHERE id <= ?', id - EVENTS_KEPT)
    return id
  }

  /** Oldest first; 0 = all that are kept. */
  after(id: number, limit: number): MirrorEvent[] {
    const sql = 'SELECT id, at_ms AS atMs, kind, mirror, layer, data FROM event WHERE id > ? ORDER BY id LIMIT ?'
    const rows = this.#database.all<Row>(sql, id, limit)
    return rows.map((row) => ({ ...row, data: JSON.parse(row.data) as MirrorEvent['data'] }))
  }

  lastId(): number {
    return this.#database.get<{ id: number | null }>('SELECT max(id) AS id FROM event')?.id ?? 0
  }
}
