import type { Layer } from '../contracts/config.js'
import type { RefResult } from '../contracts/push.js'
import { ATTEMPTS_KEPT, ATTEMPTS_KEPT_MS } from './constants.js'
import type { Database } from './database.js'

/** `interrupted`: the worker ended or died; `stuck`: beyond its time. */
export type AttemptOutcome = 'running' | 'ok' | 'failed' | 'diverged' | 'blocked' | 'stuck' | 'interrupted'

export interface AttemptEnd {
  readonly outcome: AttemptOutcome
  readonly errorCode: string | null
  /** Sanitised. */
  readonly message: string | null
  readonly refs: readonly RefResult[]
  readonly counts: Readonly<Record<string, number>>
}

export interface Attempt extends AttemptEnd {
  readonly id: number
  readonly mirror: string
  readonly layer: Layer
  readonly startedAtMs: number
  readonly endedAtMs: number | null
}

interface Row {
  id: number
  mirror: string
  layer: Layer
  started_at_ms: number
  ended_at_ms: number | null
  outcome: AttemptOutcome
  error_code: string | null
  message: string | null
  refs: string
  counts: string
}

/** One row per try. Spec repository-mirror 4.1. */
export class Attempts {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Id of the try that begins. */
  start(mirror: string, layer: Layer, atMs: number): number {
    const sql = "INSERT INTO attempt VALUES (NULL, ?, ?, ?, NULL, 'running', NULL, NULL, '[]', '{}')"
    return this.#database.insert(sql, mirror, layer, atMs)
  }

  finish(id: number, atMs: number, { outcome, errorCode, message, refs, counts }: AttemptEnd): void {
    const sql = `UPDATE attempt SET ended_at_ms = ?, outcome = ?, error_code = ?, message = ?, refs = ?, counts = ?
      WHERE id = ?`
    this.#database.run(sql, atMs, outcome, errorCode, message, JSON.stringify(refs), JSON.stringify(counts), id)
  }

  /** What a worker that died left open. */
  interrupt(atMs: number): void {
    const sql = "UPDATE attempt SET ended_at_ms = ?, outcome = 'interrupted' WHERE ended_at_ms IS NULL"
    this.#database.run(sql, atMs)
  }

  /** Newest first; `before` is the id at which the page before ended. */
  history(mirror: string, limit: number, before = Number.MAX_SAFE_INTEGER): Attempt[] {
    const sql = 'SELECT * FROM attempt WHERE mirror = ? AND id < ? ORDER BY id DESC LIMIT ?'
    return this.#database.all<Row>(sql, mirror, before, limit).map(toAttempt)
  }

  /** The newest, with its results per ref. */
  latest(mirror: string, layer: Layer): Attempt | undefined {
    const sql = 'SELECT * FROM attempt WHERE mirror = ? AND layer = ? ORDER BY id DESC LIMIT 1'
    const row = this.#database.get<Row>(sql, mirror, layer)
    return row && toAttempt(row)
  }

  /** Ended ones with an id above, oldest first, as far as no earlier one is open. */
  endedAfter(id: number, limit: number): Attempt[] {
    const sql = `SELECT * FROM attempt WHERE id > ?
      AND id < coalesce((SELECT min(id) FROM attempt WHERE ended_at_ms IS NULL), 9007199254740991) ORDER BY id LIMIT ?`
    return this.#database.all<Row>(sql, id, limit).map(toAttempt)
  }

  lastId(): number {
    return this.#database.get<{ id: number | null }>('SELECT max(id) AS id FROM attempt')?.id ?? 0
  }

  /** When the target was last tried, by any layer; null = never. */
  lastStartMs(mirror: string): number | null {
    const sql = 'SELECT started_at_ms AS at FROM attempt WHERE mirror = ? ORDER BY id DESC LIMIT 1'
    return this.#database.get<{ at: number }>(sql, mirror)?.at ?? null
  }

  /** Drops what is older than 90 days or beyond 10,000 rows of the target. */
  prune(mirror: string, nowMs: number): void {
    const keep = 'SELECT id FROM attempt WHERE mirror = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2'
    const sql = `DELETE FROM attempt WHERE mirror = ?1 AND ended_at_ms IS NOT NULL
      AND (started_at_ms < ?3 OR id <= coalesce((${keep}), 0))`
    this.#database.run(sql, mirror, ATTEMPTS_KEPT, nowMs - ATTEMPTS_KEPT_MS)
  }

  remove(mirror: string): void {
    this.#database.run('DELETE FROM attempt WHERE mirror = ?', mirror)
  }
}

function toAttempt(row: Row): Attempt {
  return {
    id: row.id,
    mirror: row.mirror,
    layer: row.layer,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
    outcome: row.outcome,
    errorCode: row.error_code,
    message: row.message,
    refs: JSON.parse(row.refs) as RefResult[],
    counts: JSON.parse(row.counts) as Record<string, number>,
  }
}
