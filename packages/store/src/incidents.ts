import { INCIDENTS_MAX } from './constants.js'
import type { Database } from './database.js'
import { checkSeal } from './seal.js'
import { SEALED } from './tables/schema.js'

/** One kind of thing that one peer did wrong, counted, with the latest sample of it. */
export interface Incident {
  readonly code: string
  /** Peer id, or empty for this node itself. */
  readonly peer: string
  readonly count: number
  readonly firstWindow: number
  readonly lastWindow: number
  /** Wall clock, milliseconds since the Unix epoch. */
  readonly lastAtMs: number
  readonly sample: Uint8Array | undefined
}

export interface IncidentReader {
  /** The latest first. */
  list(): Incident[]
}

export interface IncidentNote {
  readonly code: string
  readonly peer: string
  readonly window: number
  readonly atMs: number
  readonly sample?: Uint8Array
}

/** An incident, and how often it happened since it was last noted. */
export interface IncidentCount {
  readonly note: IncidentNote
  readonly count: number
}

export interface Incidents extends IncidentReader {
  /** Counts `times` more. Durable when it returns. */
  note(incident: IncidentNote, times?: number): void
  /** The same for several in one transaction: all or none. */
  noteAll(incidents: Iterable<IncidentCount>): void
}

interface Row {
  readonly code: string
  readonly peer: string
  readonly count: number
  readonly first_window: number
  readonly last_window: number
  readonly last_at_ms: number
  readonly sample: Uint8Array | null
  readonly seal?: Uint8Array
}

const NOTE = `
  INSERT INTO incidents VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (code, peer) DO UPDATE SET
    count = count + excluded.count, first_window = min(first_window, excluded.first_window),
    last_window = max(last_window, excluded.last_window),
    last_at_ms = excluded.last_at_ms, sample = coalesce(excluded.sample, sample)
`
const SEAL = `UPDATE incidents SET seal = seal(${SEALED.incidents.join(', ')}) WHERE code = ? AND peer = ?`
const FORGET = `
  DELETE FROM incidents WHERE (code, peer) IN (
    SELECT code, peer FROM incidents ORDER BY last_at_ms DESC LIMIT -1 OFFSET ${INCIDENTS_MAX}
  )
`

export class IncidentTable implements Incidents {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  list(): Incident[] {
    const rows = [...this.#database.iterate<Row>('SELECT * FROM incidents ORDER BY last_at_ms DESC, code, peer')]
    for (const row of rows) this.#check(row)
    return rows.map((row) => ({
      code: row.code,
      peer: row.peer,
      count: row.count,
      firstWindow: row.first_window,
      lastWindow: row.last_window,
      lastAtMs: row.last_at_ms,
      sample: row.sample ?? undefined,
    }))
  }

  #check(row: Row): void {
    const values = SEALED.incidents.map((column) => row[column])
    checkSeal(row.seal, values, { path: this.#database.path, what: `incident ${row.code}` })
  }

  note(note: IncidentNote, times = 1): void {
    this.noteAll([{ note, count: times }])
  }

  noteAll(incidents: Iterable<IncidentCount>): void {
    this.#database.transaction(() => {
      for (const { note, count } of incidents) this.#put(note, count)
      this.#database.run(FORGET)
    })
  }

  #put({ code, peer, window, atMs, sample }: IncidentNote, count: number): void {
    this.#database.run(NOTE, code, peer, count, window, window, atMs, sample ?? null)
    this.#database.run(SEAL, code, peer)
  }
}
