import type { Layer } from '../contracts/config.js'
import type { Job } from '../contracts/store.js'
import type { Database } from './database.js'

/** By a hook, by hand, or by the timer that compares everything. */
export type RequestKind = 'change' | 'manual' | 'reconcile'

export interface JobRequest {
  readonly mirror: string
  readonly layer: Layer
  readonly kind: RequestKind
  readonly reason: string
  /** Not before: end of the debounce. */
  readonly dueAtMs: number
}

interface Row {
  mirror: string
  layer: Layer
  wanted_seq: number
  done_seq: number
  state: Job['state']
  attempts: number
  next_attempt_at_ms: number
  last_error_code: string | null
  reason: string
}

/** A limit of the provider is not ours to shorten, not even by hand. */
const KEEPS_ITS_TIME = "last_error_code IS NOT 'RATE_LIMITED'"

/** One row per target and layer: a second request only raises what is wanted. Spec repository-mirror 5. */
export class Jobs {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  get(mirror: string, layer: Layer): Job | undefined {
    const row = this.#database.get<Row>('SELECT * FROM job WHERE mirror = ? AND layer = ?', mirror, layer)
    return row && toJob(row)
  }

  all(): Job[] {
    return this.#database.all<Row>('SELECT * FROM job ORDER BY mirror, layer').map(toJob)
  }

  /** Returns the `wantedSeq` whose completion answers this request. */
  request({ mirror, layer, kind, reason, dueAtMs }: JobRequest): number {
    if (kind === 'reconcile') this.#insert(mirror, layer, reason, dueAtMs, "WHERE state = 'idle'")
    else this.#insert(mirror, layer, reason, dueAtMs, '')
    if (kind === 'manual') this.#hasten(mirror, layer, dueAtMs)
    return this.get(mirror, layer)?.wantedSeq ?? 0
  }

  /** The run that begins answers everything that was wanted until now; its number is what {@link succeed} takes. */
  begin(mirror: string, layer: Layer): number {
    const sql = "UPDATE job SET state = 'running', running_seq = wanted_seq WHERE mirror = ? AND layer = ?"
    this.#database.run(sql, mirror, layer)
    return this.get(mirror, layer)?.wantedSeq ?? 0
  }

  /** What was wanted meanwhile makes it run once more, not before `againAtMs`. */
  succeed(mirror: string, layer: Layer, seq: number, againAtMs: number): void {
    const sql = `UPDATE job SET done_seq = ?1, attempts = 0, last_error_code = NULL, next_attempt_at_ms = ?2,
      state = CASE WHEN wanted_seq > ?1 THEN 'pending' ELSE 'idle' END WHERE mirror = ?3 AND layer = ?4`
    this.#database.run(sql, seq, againAtMs, mirror, layer)
  }

  fail(mirror: string, layer: Layer, state: 'pending' | 'blocked', code: string, nextAtMs: number): void {
    const sql = `UPDATE job SET state = ?, last_error_code = ?, next_attempt_at_ms = ?, attempts = attempts + 1
      WHERE mirror = ? AND layer = ?`
    this.#database.run(sql, state, code, nextAtMs, mirror, layer)
  }

  /** Put off, as if it had not been tried: behind a layer that failed, or because the worker ends. */
  defer(mirror: string, layer: Layer, nextAtMs: number): void {
    const sql = "UPDATE job SET state = 'pending', next_attempt_at_ms = ? WHERE mirror = ? AND layer = ?"
    this.#database.run(sql, nextAtMs, mirror, layer)
  }

  /** What a worker that died left running. */
  recover(nowMs: number): number {
    const sql = "UPDATE job SET state = 'pending', next_attempt_at_ms = ? WHERE state = 'running'"
    return this.#database.run(sql, nowMs)
  }

  /** After a change of its configuration a target is tried at once. */
  unblock(mirror: string, nowMs: number): void {
    const sql = `UPDATE job SET state = 'pending', attempts = 0, next_attempt_at_ms = ?
      WHERE mirror = ? AND state IN ('blocked', 'pending')`
    this.#database.run(sql, nowMs, mirror)
  }

  remove(mirror: string): void {
    this.#database.run('DELETE FROM job WHERE mirror = ?', mirror)
  }

  /** An idle or blocked job becomes pending; a pending one keeps its time, a running one its state. */
  #insert(mirror: string, layer: Layer, reason: string, dueAtMs: number, condition: string): void {
    const sql = `INSERT INTO job VALUES (?, ?, 1, 0, 0, 'pending', 0, ?, NULL, ?)
      ON CONFLICT DO UPDATE SET wanted_seq = wanted_seq + 1, reason = excluded.reason,
        attempts = CASE WHEN state IN ('idle', 'blocked') THEN 0 ELSE attempts END,
        next_attempt_at_ms =
          CASE WHEN state IN ('idle', 'blocked') THEN excluded.next_attempt_at_ms ELSE next_attempt_at_ms END,
        state = CASE WHEN state = 'running' THEN 'running' ELSE 'pending' END ${condition}`
    this.#database.run(sql, mirror, layer, dueAtMs, reason)
  }

  #hasten(mirror: string, layer: Layer, dueAtMs: number): void {
    const sql = `UPDATE job SET next_attempt_at_ms = min(next_attempt_at_ms, ?)
      WHERE mirror = ? AND layer = ? AND state = 'pending' AND ${KEEPS_ITS_TIME}`
    this.#database.run(sql, dueAtMs, mirror, layer)
  }
}

function toJob(row: Row): Job {
  return {
    mirror: row.mirror,
    layer: row.layer,
    wantedSeq: row.wanted_seq,
    doneSeq: row.done_seq,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAtMs: row.next_attempt_at_ms,
    lastErrorCode: row.last_error_code,
    reason: row.reason,
  }
}
