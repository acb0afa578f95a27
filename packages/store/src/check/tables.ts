import { bytesEqual, errorMessage, toHex } from '@montana/foundation'
import type { Database } from '../database.js'
import { STAGED, TABLES, type TableName } from '../tables/names.js'
import { fromTree, LOWEST_KEY, lastOf, leafOf, successor } from '../tables/tree-key.js'
import { REPAIR, REPAIR_AND_JOIN, type StoreFault } from './types.js'

interface PairRow {
  readonly tree: Uint8Array | null
  readonly leaf: Uint8Array | null
  readonly record: Uint8Array | null
  readonly own: Uint8Array | null
}

interface StubBounds {
  readonly lo: Uint8Array
  readonly depth: number
}

/** Keys that are named one by one; the rest is counted. No special reason. */
const NAMED_MAX = 16

const fault = (table: string, more: Pick<StoreFault, 'code' | 'message' | 'mend' | 'remedy'> & { key?: string }) => ({
  file: 'store.db',
  table,
  ...more,
})

/** Records against their leaf rows, one to one, and the stubs and counts beside them. */
export function* tableFaults(database: Database): Generator<StoreFault> {
  for (const table of TABLES) {
    yield* pairFaults(database, table)
    yield* countFaults(database, table)
    yield* stubFaults(database, table)
    yield* pastFaults(database, table)
    yield* pairFaults(database, `${STAGED}${table}`)
  }
}

/** True when each record lies under its own leaf and hash. */
export function isPairRowSound({ tree, leaf, record, own }: PairRow): boolean {
  const all = [tree, leaf, record, own]
  if (!all.every((value) => value instanceof Uint8Array) || !tree || !leaf || !record || !own) return false
  return bytesEqual(own, tree) && bytesEqual(leafOf(record), leaf)
}

function* pairFaults(database: Database, set: string): Generator<StoreFault> {
  const isStaged = set.startsWith(STAGED)
  const remedy = isStaged ? `${REPAIR}: what was fetched is fetched again` : REPAIR_AND_JOIN
  const about = { code: 'RECORD_DAMAGED', mend: isStaged ? 'here' : 'peers', remedy } as const
  const sql = `SELECT l.tree AS tree, l.leaf AS leaf, r.record AS record, r.tree AS own
               FROM ${set}_leaves l LEFT JOIN ${set}_records r ON r.id = l.id`
  let found = 0
  for (const row of database.iterate<PairRow>(sql)) {
    if (isPairRowSound(row) || ++found > NAMED_MAX) continue
    yield fault(set, { ...about, ...keyOf(row.tree), message: 'the record does not match its leaf row' })
  }
  if (found > NAMED_MAX) yield fault(set, { ...about, message: `and ${found - NAMED_MAX} more records` })
  const lone = `SELECT count(*) AS n FROM ${set}_records WHERE id NOT IN (SELECT id FROM ${set}_leaves)`
  const alone = database.get<{ n: number }>(lone)?.n ?? 0
  if (alone > 0) yield fault(set, { ...about, message: `${alone} records have no leaf row` })
}

function* countFaults(database: Database, table: TableName): Generator<StoreFault> {
  const counted = database.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}_leaves`)?.n
  const stored = database.get<{ count: number }>('SELECT count FROM table_counts WHERE name = ?', table)?.count
  if (counted === stored) return
  const message = `it holds ${counted} records and says ${stored}`
  yield fault(table, { code: 'COUNT_WRONG', message, mend: 'here', remedy: REPAIR })
}

/** That they tile the key space; whether they fit the leaves below is a matter of the ledger. */
function* stubFaults(database: Database, table: TableName): Generator<StoreFault> {
  let next: Uint8Array | undefined = LOWEST_KEY
  for (const { lo, depth } of database.iterate<StubBounds>(`SELECT lo, depth FROM ${table}_stubs ORDER BY lo`)) {
    const isNext: boolean = next !== undefined && lo instanceof Uint8Array && bytesEqual(lo, next)
    next = isNext && Number.isInteger(depth) && depth >= 0 && depth <= 256 ? successor(lastOf(lo, depth)) : LOWEST_KEY
    if (!isNext || next === LOWEST_KEY) break
  }
  if (next === undefined) return
  const message = 'the stubs do not tile the key space'
  yield fault(table, { code: 'STUBS_DAMAGED', message, mend: 'here', remedy: REPAIR })
}

function* pastFaults(database: Database, table: TableName): Generator<StoreFault> {
  const sql = `SELECT tree, leaf, record, tree AS own FROM ${table}_past`
  for (const row of database.iterate<PairRow>(sql)) {
    const isAbsent = row.leaf === null && row.record === null && row.tree instanceof Uint8Array
    if (isAbsent || isPairRowSound(row)) continue
    const message = 'the state of an anchor is damaged: it is served no more'
    yield fault(`${table}_past`, { code: 'HISTORY_DAMAGED', ...keyOf(row.tree), message, mend: 'here', remedy: REPAIR })
  }
}

function keyOf(tree: Uint8Array | null): { key?: string } {
  return tree instanceof Uint8Array ? { key: toHex(fromTree(tree)) } : {}
}

/** A table that cannot be read to its end: the structure of the file is damaged. */
export function unreadable(table: string, error: unknown, remedy: string): StoreFault {
  return fault(table, { code: 'TABLE_UNREADABLE', message: errorMessage(error), mend: 'nobody', remedy })
}
