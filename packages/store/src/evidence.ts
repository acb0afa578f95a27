import { bytesEqual, compareBytes, concatBytes } from '@montana/foundation'
import type { Database } from './database.js'
import { digestOf } from './digest.js'
import { storeFault } from './errors.js'

/** Two signed objects that contradict each other: spec protocol 10.4. */
export interface Evidence {
  readonly kind: string
  readonly window: number
  readonly a: Uint8Array
  readonly b: Uint8Array
}

export interface EvidenceReader {
  /** In the order in which they were stored. */
  list(): Evidence[]
}

export interface EvidenceStore extends EvidenceReader {
  /** Durable when it returns; the pair in either order counts once. True when it is new. Kept for good. */
  put(kind: string, window: number, a: Uint8Array, b: Uint8Array): boolean
}

type Row = Evidence & { readonly digest: Uint8Array }

export class EvidenceTable implements EvidenceStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  put(kind: string, window: number, a: Uint8Array, b: Uint8Array): boolean {
    const sql = 'INSERT OR IGNORE INTO evidence (kind, window, a, b, digest) VALUES (?, ?, ?, ?, ?)'
    const [first, second] = compareBytes(a, b) <= 0 ? [a, b] : [b, a]
    const digest = pairDigest(kind, window, first, second)
    return this.#database.transaction(() => this.#database.run(sql, kind, window, first, second, digest) === 1)
  }

  list(): Evidence[] {
    const rows = [...this.#database.iterate<Row>('SELECT kind, window, a, b, digest FROM evidence ORDER BY id')]
    return rows.map(({ digest, ...evidence }) => {
      const { kind, window, a, b } = evidence
      if (bytesEqual(pairDigest(kind, window, a, b), digest)) return evidence
      const what = `the evidence of window ${window} does not match its digest`
      throw storeFault('STORE_CORRUPT', this.#database.path, new Error(what))
    })
  }
}

/** For a check of rows whose values may be of any type. */
export function isPairSound({ kind, window, a, b, digest }: Readonly<Record<string, unknown>>): boolean {
  const isTyped = typeof kind === 'string' && typeof window === 'number'
  if (!isTyped || !(a instanceof Uint8Array && b instanceof Uint8Array && digest instanceof Uint8Array)) return false
  return bytesEqual(pairDigest(kind, window, a, b), digest)
}

function pairDigest(kind: string, window: number, a: Uint8Array, b: Uint8Array): Uint8Array {
  return digestOf(concatBytes(Buffer.from(`${kind} ${window}\0`), digestOf(a), digestOf(b)))
}
