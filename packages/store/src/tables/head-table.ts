import type { Database } from '../database.js'
import { countsOf, putCount } from './anchors.js'
import { type TableName, tableSql } from './names.js'
import { leafOf, toTree } from './tree-key.js'

/** A record to store under `key`, or `null` to remove it. */
export interface TableChange {
  readonly table: TableName
  readonly key: Uint8Array
  readonly record: Uint8Array | null
  /** The record's leaf hash, 32 bytes, where the caller has it; hashed here otherwise. */
  readonly leaf?: Uint8Array
}

/** What the rows of a commit need to know besides themselves. */
export interface ChangeContext {
  readonly window: number
  /** The latest anchor, which must go on to see what is changed now. */
  readonly anchor: number | undefined
}

interface LeafRow {
  readonly leaf: Uint8Array
  readonly id: number
}

const FIND = tableSql((t) => `SELECT leaf, id FROM ${t}_leaves WHERE tree = ?`)
const IS_KEPT = tableSql((t) => `SELECT 1 AS kept FROM ${t}_past WHERE tree = ? AND until > ? LIMIT 1`)
const KEEP_ABSENT = tableSql((t) => `INSERT INTO ${t}_past (tree, until, record, leaf) VALUES (?, ?, NULL, NULL)`)
const KEEP = tableSql(
  (t) => `INSERT INTO ${t}_past (tree, until, record, leaf) SELECT ?, ?, record, ? FROM ${t}_records WHERE id = ?`,
)
const NEXT_ID = tableSql((t) => `SELECT coalesce(max(id), 0) + 1 AS id FROM ${t}_records`)
const INSERT_RECORD = tableSql((t) => `INSERT INTO ${t}_records (id, tree, record) VALUES (?, ?, ?)`)
const INSERT_LEAF = tableSql((t) => `INSERT INTO ${t}_leaves (tree, leaf, id) VALUES (?, ?, ?)`)
const UPDATE_RECORD = tableSql((t) => `UPDATE ${t}_records SET record = ? WHERE id = ?`)
const UPDATE_LEAF = tableSql((t) => `UPDATE ${t}_leaves SET leaf = ? WHERE tree = ?`)
const DELETE_RECORD = tableSql((t) => `DELETE FROM ${t}_records WHERE id = ?`)
const DELETE_LEAF = tableSql((t) => `DELETE FROM ${t}_leaves WHERE tree = ?`)
const MARK = tableSql(
  (t) => `UPDATE ${t}_stubs SET hash = NULL, changed = ?
          WHERE lo = (SELECT lo FROM ${t}_stubs WHERE lo <= ? ORDER BY lo DESC LIMIT 1)`,
)

/** Applies changes to the tables of the head; the caller holds the transaction. */
export function applyChanges(database: Database, changes: Iterable<TableChange>, context: ChangeContext): void {
  const grown = new Map<TableName, number>()
  for (const change of changes) {
    grown.set(change.table, (grown.get(change.table) ?? 0) + applyChange(database, change, context))
  }
  const counts = countsOf(database)
  for (const [table, by] of grown) if (by !== 0) putCount(database, table, counts[table] + by)
}

/** By how many records the table has grown: 1, 0 or -1. */
function applyChange(database: Database, change: TableChange, { window, anchor }: ChangeContext): number {
  const { table } = change
  const tree = toTree(change.key)
  const stored = database.get<LeafRow>(FIND[table], tree)
  if (stored === undefined && change.record === null) return 0
  if (anchor !== undefined) keepPast(database, { table, tree, stored, window, anchor })
  database.run(MARK[table], window, tree)
  if (change.record === null) return remove(database, table, tree, stored)
  const leaf = change.leaf ?? leafOf(change.record)
  if (stored === undefined) return insert(database, table, { tree, record: change.record, leaf })
  database.run(UPDATE_RECORD[table], change.record, stored.id)
  database.run(UPDATE_LEAF[table], leaf, tree)
  return 0
}

interface Kept extends ChangeContext {
  readonly table: TableName
  readonly tree: Uint8Array
  readonly stored: LeafRow | undefined
  readonly anchor: number
}

/** The first change of a key after an anchor keeps what the anchor saw; later ones change nothing that it saw. */
function keepPast(database: Database, { table, tree, stored, window, anchor }: Kept): void {
  if (database.get(IS_KEPT[table], tree, anchor) !== undefined) return
  if (stored === undefined) database.run(KEEP_ABSENT[table], tree, window)
  else database.run(KEEP[table], tree, window, stored.leaf, stored.id)
}

function insert(
  database: Database,
  table: TableName,
  { tree, record, leaf }: { tree: Uint8Array; record: Uint8Array; leaf: Uint8Array },
): number {
  const id = database.get<{ id: number }>(NEXT_ID[table])?.id ?? 1
  database.run(INSERT_RECORD[table], id, tree, record)
  database.run(INSERT_LEAF[table], tree, leaf, id)
  return 1
}

function remove(database: Database, table: TableName, tree: Uint8Array, stored: LeafRow | undefined): number {
  if (stored !== undefined) database.run(DELETE_RECORD[table], stored.id)
  database.run(DELETE_LEAF[table], tree)
  return -1
}
