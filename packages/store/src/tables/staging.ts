import { bytesEqual, concatBytes, toHex } from '@montana/foundation'
import type { Database } from '../database.js'
import { checked, digestOf } from '../digest.js'
import { StoreError } from '../errors.js'
import type { TableCounts } from './anchors.js'
import type { Install } from './install.js'
import { FORMS, STAGED, TABLES, type TableName, tableSql } from './names.js'
import { checkTiling, type PieceBounds, toBounds } from './pieces.js'
import { StoredTable, type TableReader } from './reader.js'
import { replace } from './reclaim.js'
import { stagedSet } from './schema.js'
import { fromTree, heightOf, KEY_BYTES } from './tree-key.js'

/** What is fetched: one anchor, with the proof of its header. */
export interface StagingTarget {
  readonly window: number
  readonly manifest: Uint8Array
  readonly envelope: Uint8Array
  readonly certificate: Uint8Array
}

/** An interval of one table, proven by the caller. Keys and their records in tree order. */
export interface StagedPiece {
  readonly table: TableName
  /** Both ends inclusive, normal byte order. */
  readonly lo: Uint8Array
  readonly hi: Uint8Array
  /** Of an aligned subtree: its depth, and its hash at level 256 − depth. */
  readonly depth?: number
  readonly hash?: Uint8Array
  /** n × 32, n × the record size, n × 32 leaf hashes. */
  readonly keys: Uint8Array
  readonly records: Uint8Array
  readonly leaves: Uint8Array
}

/** What is known of a staged interval without its records. */
export interface StoredPiece {
  readonly lo: Uint8Array
  readonly hi: Uint8Array
  readonly depth: number | undefined
  readonly count: number
  readonly hash: Uint8Array | undefined
  /** Its first key; `lo` when there is none. */
  readonly key: Uint8Array
  readonly height: number
}

export interface StagingReader {
  target(): StagingTarget | undefined
  /** In tree order. */
  pieces(table: TableName): StoredPiece[]
  counts(): TableCounts
  /** The staged rows of a table, in the forms of any other. */
  table(table: TableName): TableReader
}

/**
 * A state of another window beside the store's own: it survives a restart, and nothing reads it but who fills it.
 * Every call is durable when it returns.
 */
export interface Staging extends StagingReader {
  /** Another target replaces what is staged. */
  begin(target: StagingTarget): void
  /**
   * One transaction; a piece that is staged already is left as it is. Throws StoreError `STAGING_TARGET` before
   * {@link begin}, `STAGING_OVERLAP` for a piece that is staged in part.
   */
  put(pieces: readonly StagedPiece[]): void
  /**
   * Makes the staged state the head in one transaction, in a time that does not depend on its size. Throws StoreError
   * `STAGING_INCOMPLETE` for a gap, `STAGING_TARGET` for another window than the target's, `STUBS_MALFORMED`, and
   * `STORE_SEQUENCE` for a window that is not above the head of a sound store.
   */
  install(install: Install): void
  discard(): void
}

interface PieceRow {
  readonly lo: Uint8Array
  readonly hi: Uint8Array
  readonly depth: number | null
  readonly hash: Uint8Array | null
  readonly count: number
  readonly key: Uint8Array
  readonly height: number
}

type TargetRow = StagingTarget & { readonly digest: Uint8Array }

const PIECES = tableSql((t) => `SELECT * FROM ${STAGED}${t}_pieces ORDER BY lo`)
const LAST_BEFORE = tableSql((t) => `SELECT lo, hi FROM ${STAGED}${t}_pieces WHERE lo <= ? ORDER BY lo DESC LIMIT 1`)
const PUT_PIECE = tableSql((t) => `INSERT INTO ${STAGED}${t}_pieces VALUES (?, ?, ?, ?, ?, ?, ?)`)
const LAST_ID = tableSql((t) => `SELECT coalesce(max(id), 0) AS id FROM ${STAGED}${t}_records`)
const PUT_RECORD = tableSql((t) => `INSERT INTO ${STAGED}${t}_records (id, tree, record) VALUES (?, ?, ?)`)
const PUT_LEAF = tableSql((t) => `INSERT INTO ${STAGED}${t}_leaves (tree, leaf, id) VALUES (?, ?, ?)`)

/** Rows of a state that is not the store's yet; what becomes of the rest of the store is left to `install`. */
export class StagingTable implements Staging {
  readonly #database: Database
  readonly install: (install: Install) => void

  constructor(database: Database, install: (install: Install) => void) {
    this.#database = database
    this.install = install
  }

  target(): StagingTarget | undefined {
    const row = this.#database.get<TargetRow>(
      'SELECT window, manifest, envelope, certificate, digest FROM staging WHERE id = 1',
    )
    if (row === undefined) return undefined
    const { digest, ...target } = row
    checked({ bytes: targetBytes(target), digest }, this.#database.path, 'the target of the staged tables')
    return target
  }

  pieces(table: TableName): StoredPiece[] {
    return this.#database.all<PieceRow>(PIECES[table]).map(toPiece)
  }

  counts(): TableCounts {
    return {
      account: this.table('account').count(),
      node: this.table('node').count(),
      candidate: this.table('candidate').count(),
    }
  }

  table(table: TableName): StoredTable {
    return new StoredTable(this.#database, table, 'staged')
  }

  begin(target: StagingTarget): void {
    this.#database.transaction(() => {
      this.clear()
      const { window, manifest, envelope, certificate } = target
      const sql = 'INSERT INTO staging VALUES (1, ?, ?, ?, ?, ?)'
      this.#database.run(sql, window, manifest, envelope, certificate, digestOf(targetBytes(target)))
    })
  }

  put(pieces: readonly StagedPiece[]): void {
    this.#database.transaction(() => {
      if (this.#database.get('SELECT 1 AS begun FROM staging') === undefined) throw noTarget()
      for (const piece of pieces) this.#put(piece)
    })
  }

  discard(): void {
    this.#database.transaction(() => this.clear())
  }

  /** Part of a transaction of the caller; in constant time, the rows go with `reclaim`. */
  clear(): void {
    this.#database.run('DELETE FROM staging')
    for (const table of TABLES) {
      for (const form of [...FORMS, 'pieces']) replace(this.#database, `${STAGED}${table}_${form}`)
      this.#database.exec(stagedSet(table))
    }
  }

  /** Throws StoreError `STAGING_INCOMPLETE` unless the pieces of every table tile the whole key space. */
  checkComplete(): void {
    for (const table of TABLES) checkTiling(table, this.#database.all<PieceBounds>(PIECES[table]))
  }

  #put(piece: StagedPiece): void {
    const { table, depth, hash, keys } = piece
    const bounds = toBounds(piece)
    const count = keys.length / KEY_BYTES
    if (this.#has(table, bounds)) return
    const trees = treesOf(keys)
    checkTrees(piece, trees, bounds)
    const first = trees[0] ?? bounds.lo
    const height = heightOf(first, trees.at(-1) ?? first)
    this.#database.run(PUT_PIECE[table], bounds.lo, bounds.hi, depth ?? null, hash ?? null, count, first, height)
    this.#putRows(piece, trees)
  }

  #putRows({ table, records, leaves }: StagedPiece, trees: readonly Uint8Array[]): void {
    const size = trees.length === 0 ? 0 : records.length / trees.length
    let id = this.#database.get<{ id: number }>(LAST_ID[table])?.id ?? 0
    for (const [i, tree] of trees.entries()) {
      id++
      this.#database.run(PUT_RECORD[table], id, tree, records.subarray(i * size, (i + 1) * size))
      this.#database.run(PUT_LEAF[table], tree, leaves.subarray(i * KEY_BYTES, (i + 1) * KEY_BYTES), id)
    }
  }

  /** True for an interval that is staged already. Throws StoreError `STAGING_OVERLAP` for one that is so in part. */
  #has(table: TableName, { lo, hi }: PieceBounds): boolean {
    const before = this.#database.get<PieceBounds>(LAST_BEFORE[table], hi)
    if (before === undefined || Buffer.compare(before.hi, lo) < 0) return false
    if (bytesEqual(before.lo, lo) && bytesEqual(before.hi, hi)) return true
    throw new StoreError('STAGING_OVERLAP', `a part of the ${table} interval from ${toHex(fromTree(lo))} is staged`, {
      remedy: 'fetch what lies between the staged pieces',
      metadata: { table },
    })
  }
}

function treesOf(keys: Uint8Array): Uint8Array[] {
  const reversed = Uint8Array.from(keys)
  return Array.from({ length: keys.length / KEY_BYTES }, (_, i) =>
    reversed.subarray(i * KEY_BYTES, (i + 1) * KEY_BYTES).reverse(),
  )
}

/** The caller has proven the piece; this catches one that was put together wrongly. */
function checkTrees({ keys, records, leaves }: StagedPiece, trees: readonly Uint8Array[], bounds: PieceBounds): void {
  const isWhole =
    keys.length === leaves.length && (trees.length === 0 ? records.length : records.length % trees.length) === 0
  if (!isWhole) throw new RangeError('keys, records and leaf hashes of a staged piece differ in number')
  let before: Uint8Array | undefined
  for (const tree of trees) {
    if (before !== undefined && Buffer.compare(before, tree) >= 0)
      throw new RangeError('the keys of a staged piece do not ascend')
    before = tree
  }
  const isInside =
    before === undefined ||
    (Buffer.compare(trees[0] ?? before, bounds.lo) >= 0 && Buffer.compare(before, bounds.hi) <= 0)
  if (!isInside) throw new RangeError('a key lies outside its staged piece')
}

/** For a check of a row whose values may be of any type. */
export function isTargetSound(row: Readonly<Record<string, unknown>>): boolean {
  const { window, manifest, envelope, certificate, digest } = row
  if (typeof window !== 'number' || !(manifest instanceof Uint8Array) || !(envelope instanceof Uint8Array)) return false
  if (!(certificate instanceof Uint8Array) || !(digest instanceof Uint8Array)) return false
  return bytesEqual(digestOf(targetBytes({ window, manifest, envelope, certificate })), digest)
}

function targetBytes({ window, manifest, envelope, certificate }: StagingTarget): Uint8Array {
  const lengths = Buffer.from(`${window} ${manifest.length} ${envelope.length} ${certificate.length}\0`)
  return concatBytes(lengths, manifest, envelope, certificate)
}

function toPiece(row: PieceRow): StoredPiece {
  const { depth, hash, count, height } = row
  const [lo, hi, key] = [fromTree(row.lo), fromTree(row.hi), fromTree(row.key)]
  return { lo, hi, depth: depth ?? undefined, count, hash: hash ?? undefined, key, height }
}

export function noTarget(): StoreError {
  return new StoreError('STAGING_TARGET', 'no anchor was named whose tables are staged', {
    remedy: 'begin with a target first',
  })
}
