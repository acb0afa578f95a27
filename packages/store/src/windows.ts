import type { Database } from './database.js'
import { checked, type DigestedRow, digestOf } from './digest.js'
import { checkSeal, sealOf } from './seal.js'
import { SEALED } from './tables/schema.js'
import type { Head, HistoryRow, StoredWindow, WindowCommit, WindowHashes } from './types.js'

interface WindowRow {
  readonly window: number
  readonly proposal_hash: Uint8Array
  readonly state_root: Uint8Array
  readonly timechain_value: Uint8Array
  readonly context_hash: Uint8Array
  readonly cement_value: Uint8Array
  readonly cba: Uint8Array | null
  readonly applied_at_ms: number | null
  readonly seal?: Uint8Array
}

type WindowInsert = WindowHashes & Pick<WindowCommit, 'window' | 'cba' | 'appliedAtMs'>

const OLDEST = `
  SELECT min(window) AS oldest FROM envelopes
  WHERE window >= ? AND window > coalesce((SELECT max(window) FROM missing WHERE kind = 'envelope'), -1)
`
const NAMED = `
  SELECT * FROM windows WHERE window BETWEEN ?1 AND ?2 AND (proposal_hash = ?3 OR state_root = ?3)
  ORDER BY window DESC LIMIT 1
`
/** The small columns of each window under their seal, and its envelope, which lives apart and is pruned alone. */
export class WindowTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  head(): Head | undefined {
    const row = this.#database.get<WindowRow>('SELECT * FROM windows ORDER BY window DESC LIMIT 1')
    return row && toHead(this.#sealed(row))
  }

  at(window: number): StoredWindow | undefined {
    const row = this.#database.get<WindowRow>('SELECT * FROM windows WHERE window = ?', window)
    if (row === undefined) return undefined
    return {
      ...toHead(this.#sealed(row)),
      cba: row.cba ?? undefined,
      appliedAtMs: row.applied_at_ms ?? undefined,
      envelope: this.#envelope(window),
    }
  }

  /** The lowest window from which on every envelope is there; none below `base`. */
  oldest(base: number): number | undefined {
    return this.#database.get<{ oldest: number | null }>(OLDEST, base)?.oldest ?? undefined
  }

  *envelopes(from: number, count: number, maxBytes: number): Generator<{ window: number; envelope: Uint8Array }> {
    let left = maxBytes
    for (let window = from; window < from + count; window++) {
      const envelope = this.#envelope(window)
      if (envelope === undefined || envelope.length > left) return
      left -= envelope.length
      yield { window, envelope }
    }
  }

  history(from: number, to: number): HistoryRow[] {
    const sql = 'SELECT * FROM windows WHERE window BETWEEN ? AND ? ORDER BY window'
    return [...this.#database.iterate<WindowRow>(sql, from, to)]
      .map((row) => this.#sealed(row))
      .map((row) => ({
        window: row.window,
        timechainValue: row.timechain_value,
        cba: row.cba ?? undefined,
      }))
  }

  /** The newest of `from` … `to` that has this proposal hash or state root; compares the small columns of each. */
  named(hash: Uint8Array, from: number, to: number): Head | undefined {
    const row = this.#database.get<WindowRow>(NAMED, from, to, hash)
    return row && toHead(this.#sealed(row))
  }

  insert(row: WindowInsert): void {
    const { window, proposalHash, stateRoot, timechainValue, contextHash, cementValue, cba, appliedAtMs } = row
    const hashes = [proposalHash, stateRoot, timechainValue, contextHash, cementValue] as const
    const values = [window, ...hashes, cba ?? null, appliedAtMs ?? null]
    this.#database.run('INSERT OR REPLACE INTO windows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', ...values, sealOf(values))
  }

  insertEnvelope(window: number, bytes: Uint8Array): void {
    this.#database.run('INSERT OR REPLACE INTO envelopes VALUES (?, ?, ?)', window, bytes, digestOf(bytes))
  }

  #envelope(window: number): Uint8Array | undefined {
    const row = this.#database.get<DigestedRow>('SELECT bytes, digest FROM envelopes WHERE window = ?', window)
    return row && checked(row, this.#database.path, `the envelope of window ${window}`)
  }

  #sealed(row: WindowRow): WindowRow {
    const values = SEALED.windows.map((column) => row[column])
    checkSeal(row.seal, values, { path: this.#database.path, what: `the row of window ${row.window}` })
    return row
  }
}

function toHead(row: WindowRow): Head {
  return {
    window: row.window,
    proposalHash: row.proposal_hash,
    stateRoot: row.state_root,
    timechainValue: row.timechain_value,
    contextHash: row.context_hash,
    cementValue: row.cement_value,
  }
}
