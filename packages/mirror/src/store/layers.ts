import type { Layer } from '../contracts/config.js'
import type { LayerRecord, LayerStatus } from '../contracts/store.js'
import type { Database } from './database.js'

interface Row {
  mirror: string
  layer: Layer
  status: LayerStatus
  last_success_at_ms: number | null
  last_attempt_at_ms: number | null
  commit_id: string | null
  synced: number | null
  total: number | null
  lag_commits: number | null
  error: string | null
  drift: string
}

const NO_DRIFT: LayerRecord['drift'] = { add: [], change: [], remove: [] }

/** Where each layer of each target stands; success and attempt apart. Spec repository-mirror 4.1. */
export class Layers {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** A layer that was never tried has a record too. */
  get(mirror: string, layer: Layer): LayerRecord {
    const row = this.#database.get<Row>('SELECT * FROM layer WHERE mirror = ? AND layer = ?', mirror, layer)
    return row === undefined ? neverTried(mirror, layer) : toRecord(row)
  }

  all(): LayerRecord[] {
    return this.#database.all<Row>('SELECT * FROM layer ORDER BY mirror, layer').map(toRecord)
  }

  put(record: LayerRecord): void {
    const { mirror, layer, status, lastSuccessAtMs, lastAttemptAtMs, commit, synced, total, lagCommits } = record
    const counts = [commit, synced, total, lagCommits] as const
    const error = record.error && JSON.stringify(record.error)
    const sql = 'INSERT OR REPLACE INTO layer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
    const values = [lastSuccessAtMs, lastAttemptAtMs, ...counts, error, JSON.stringify(record.drift)] as const
    this.#database.run(sql, mirror, layer, status, ...values)
  }

  change(mirror: string, layer: Layer, changes: Partial<Omit<LayerRecord, 'mirror' | 'layer'>>): void {
    this.put({ ...this.get(mirror, layer), ...changes })
  }

  remove(mirror: string): void {
    this.#database.run('DELETE FROM layer WHERE mirror = ?', mirror)
  }
}

function neverTried(mirror: string, layer: Layer): LayerRecord {
  const times = { lastSuccessAtMs: null, lastAttemptAtMs: null }
  const counts = { commit: null, synced: null, total: null, lagCommits: null }
  return { mirror, layer, status: 'never', ...times, ...counts, error: null, drift: NO_DRIFT }
}

function toRecord(row: Row): LayerRecord {
  return {
    mirror: row.mirror,
    layer: row.layer,
    status: row.status,
    lastSuccessAtMs: row.last_success_at_ms,
    lastAttemptAtMs: row.last_attempt_at_ms,
    commit: row.commit_id,
    synced: row.synced,
    total: row.total,
    lagCommits: row.lag_commits,
    error: row.error === null ? null : (JSON.parse(row.error) as LayerRecord['error']),
    drift: JSON.parse(row.drift) as LayerRecord['drift'],
  }
}
