import type { Database } from './database.js'

const PRUNED = ['envelopes', 'certificates', 'proofs'] as const

/**
 * Drops what the oldest windows below `end` still hold, of at most `windows` of them; part of a transaction of the
 * caller. From the oldest on, so that what is left is one run up to the head whenever the next call comes. How many
 * windows had something.
 */
export function pruneBelow(database: Database, end: number, windows: number): number {
  const held = PRUNED.map((table) => `SELECT window FROM ${table} WHERE window < ?1`).join(' UNION ')
  const oldest = database.all<{ window: number }>(`${held} ORDER BY window LIMIT ?2`, end, windows)
  const last = oldest.at(-1)?.window
  if (last === undefined) return 0
  for (const table of PRUNED) database.run(`DELETE FROM ${table} WHERE window <= ?`, last)
  database.run('DELETE FROM missing WHERE window <= ?', last)
  return oldest.length
}
