import { bytesEqual, toHex } from '@montana/foundation'
import type { Database } from './database.js'
import { checked, type DigestedRow, digestOf } from './digest.js'
import { StoreError } from './errors.js'
import { checkSeal, sealOf } from './seal.js'

/** What a node signs: spec protocol 16.3. */
export type JournalKind = 'header' | 'vote' | 'propose' | 'reveal' | 'bc' | 'lock'

export interface JournalEntry {
  readonly window: number
  readonly kind: JournalKind
  /** 0 where the kind has no rounds. */
  readonly round: number
  /** 0 where the kind has no phases. */
  readonly phase: number
  /** Identifies what was signed, without its signature. */
  readonly hash: Uint8Array
  /** The signed object, and with a header its whole draft. */
  readonly bytes: Uint8Array
}

export interface JournalAppend extends JournalEntry {
  /** The caller has checked that this confirmation or lock may replace the stored one. */
  readonly replace?: boolean
}

/** The signature journal, read side. */
export interface JournalReader {
  entry(window: number, kind: JournalKind, round?: number, phase?: number): JournalEntry | undefined
  /** All entries of `fromWindow` and later, by window, kind, round and phase. */
  entries(fromWindow: number): Generator<JournalEntry>
}

export interface Journal extends JournalReader {
  /**
   * Durable when it returns. Returns what is stored now: an earlier entry with the same hash stays as it is, because
   * an object is signed once and the stored bytes are sent again. Another hash under the same window, kind, round and
   * phase throws StoreError `JOURNAL_CONFLICT`, for headers, votes and proposes always, otherwise unless `replace` is set.
   */
  append(entry: JournalAppend): JournalEntry
  /** The same for several entries in one transaction: all or none. */
  appendAll(entries: readonly JournalAppend[]): JournalEntry[]
}

/** Spec protocol 9.3, 11.1, 11.2: at most one of each, ever. */
const NEVER_REPLACED: ReadonlySet<JournalKind> = new Set<JournalKind>(['header', 'vote', 'propose'])

const KEY = 'window = ? AND kind = ? AND round = ? AND phase = ?'
const COLUMNS = 'window, kind, round, phase, hash, bytes, digest, seal'

type Row = JournalEntry & DigestedRow & { readonly seal?: Uint8Array }

export class SignatureJournal implements Journal {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  append(entry: JournalAppend): JournalEntry {
    return this.#database.transaction(() => this.#put(entry))
  }

  appendAll(entries: readonly JournalAppend[]): JournalEntry[] {
    return this.#database.transaction(() => entries.map((entry) => this.#put(entry)))
  }

  entry(window: number, kind: JournalKind, round = 0, phase = 0): JournalEntry | undefined {
    const sql = `SELECT * FROM journal WHERE ${KEY}`
    const row = this.#database.get<Row>(sql, window, kind, round, phase)
    return row && this.#toEntry(row)
  }

  *entries(fromWindow: number): Generator<JournalEntry> {
    const sql = `SELECT * FROM journal WHERE window >= ? ORDER BY window, kind, round, phase`
    for (const row of this.#database.iterate<Row>(sql, fromWindow)) yield this.#toEntry(row)
  }

  /** Part of a commit; the caller holds the transaction. */
  prune(below: number): void {
    this.#database.run('DELETE FROM journal WHERE window < ?', below)
  }

  #put({ replace = false, ...entry }: JournalAppend): JournalEntry {
    const { window, kind, round, phase, hash, bytes } = entry
    const stored = this.entry(window, kind, round, phase)
    if (stored !== undefined) {
      if (bytesEqual(stored.hash, hash)) return stored
      if (!replace || NEVER_REPLACED.has(kind)) throw conflict(stored, entry)
    }
    const sql = `INSERT OR REPLACE INTO journal (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
    const name = [window, kind, round, phase, hash]
    this.#database.run(sql, ...name, bytes, digestOf(bytes), sealOf(name))
    return entry
  }

  #toEntry({ digest, seal, ...entry }: Row): JournalEntry {
    const { window, kind, round, phase, hash, bytes } = entry
    const [path, what] = [this.#database.path, `journal entry ${kind} of window ${window}`]
    checked({ bytes, digest }, path, what)
    checkSeal(seal, [window, kind, round, phase, hash], { path, what })
    return entry
  }
}

function conflict(stored: JournalEntry, refused: JournalEntry): StoreError {
  const { window, kind, round, phase } = refused
  const what = `${kind} of window ${window}, round ${round}, phase ${phase}`
  return new StoreError('JOURNAL_CONFLICT', `another ${what} was signed before`, {
    remedy: 'send the stored one again',
    metadata: { window, kind, round, phase, stored: toHex(stored.hash), refused: toHex(refused.hash) },
  })
}
