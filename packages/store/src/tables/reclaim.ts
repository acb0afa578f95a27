import type { Database } from '../database.js'
import { REPLACED, TABLES, tableSql } from './names.js'

/** History that no anchor needs: an anchor sees only rows of later windows. Rows ascend in both `id` and `until`. */
const OLD_PAST = tableSql(
  (t) => `DELETE FROM ${t}_past WHERE id IN (
    SELECT id FROM (SELECT id, until FROM ${t}_past ORDER BY id LIMIT ?)
    WHERE until <= coalesce((SELECT min(window) FROM anchors), until))`,
)
const REPLACED_NAMES = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '${REPLACED}%' ORDER BY name`

/**
 * Deletes up to `rows` rows of tables that a switch-over replaced and of history that no anchor needs: one short
 * transaction, so that a node goes on between two. The number of rows and tables removed; 0 = nothing left.
 */
export function reclaim(database: Database, rows: number): number {
  const name = database.get<{ name: string }>(REPLACED_NAMES)?.name
  return database.transaction(() => (name === undefined ? forgetPast(database, rows) : shrink(database, name, rows)))
}

function forgetPast(database: Database, rows: number): number {
  let removed = 0
  for (const table of TABLES) if (removed < rows) removed += database.run(OLD_PAST[table], rows - removed)
  return removed
}

/** The name comes from the schema itself. */
function shrink(database: Database, name: string, rows: number): number {
  const key = keyOf(name)
  const sql = `DELETE FROM ${name} WHERE ${key} IN (SELECT ${key} FROM ${name} ORDER BY ${key} LIMIT ?)`
  const removed = database.run(sql, rows)
  if (removed > 0) return removed
  database.exec(`DROP TABLE ${name}`)
  return 1
}

function keyOf(name: string): string {
  if (name.endsWith('_leaves')) return 'tree'
  return name.endsWith('_stubs') || name.endsWith('_pieces') ? 'lo' : 'id'
}

/** Renames a table out of the way; its rows go with later calls of {@link reclaim}. */
export function replace(database: Database, name: string): void {
  const used = database.all<{ name: string }>(REPLACED_NAMES).map((row) => Number(row.name.split('_')[1]))
  const number = Math.max(0, ...used) + 1
  database.exec(`ALTER TABLE ${name} RENAME TO ${REPLACED}${number}_${name}`)
}
