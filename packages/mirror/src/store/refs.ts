import type { Tips } from '../contracts/push.js'
import type { Database } from './database.js'

export interface RefRecord {
  readonly mirror: string
  readonly ref: string
  /** Tip that we pushed last. */
  readonly pushed: string | null
  /** Tip that the target had when we looked last. */
  readonly seen: string | null
  /** Names of refs on the target that keep tips of this one. */
  readonly rescueRefs: readonly string[]
}

type Row = Omit<RefRecord, 'rescueRefs'> & { readonly rescue_refs: string }

export class Refs {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  all(mirror: string): RefRecord[] {
    return this.#database.all<Row>('SELECT * FROM ref WHERE mirror = ? ORDER BY ref', mirror).map(toRecord)
  }

  /** What the push plan takes as our own of last time. */
  pushedTips(mirror: string): Tips {
    return new Map(this.all(mirror).flatMap(({ ref, pushed }) => (pushed === null ? [] : [[ref, pushed] as const])))
  }

  put({ mirror, ref, pushed, seen, rescueRefs }: RefRecord): void {
    const sql = 'INSERT OR REPLACE INTO ref VALUES (?, ?, ?, ?, ?)'
    this.#database.run(sql, mirror, ref, pushed, seen, JSON.stringify(rescueRefs))
  }

  remove(mirror: string): void {
    this.#database.run('DELETE FROM ref WHERE mirror = ?', mirror)
  }
}

function toRecord({ rescue_refs, ...row }: Row): RefRecord {
  return { ...row, rescueRefs: JSON.parse(rescue_refs) as string[] }
}
