import { existsSync, renameSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { errorMessage, writeFileDurably } from '@montana/foundation'
import { syncPath } from '../backup.js'
import { BUSY_TIMEOUT_MS, DATABASE_FILE, HEAD_NOTE_FILE, LOCK_FILE } from '../constants.js'
import { Database } from '../database.js'
import { encodeHeadNote } from '../head-note.js'
import { lockDirectory } from '../lock.js'
import { RepairTable } from '../repairs.js'
import { prepareSchema } from '../schema.js'
import { putCount } from '../tables/anchors.js'
import { TABLES, type TableName } from '../tables/names.js'
import { StagingTable } from '../tables/staging.js'
import { damagedRows, ROW_SPECS, type RowSpec } from './row-specs.js'
import type { StoreFault } from './types.js'

/** Mends what the rest of a store can mend, notes what peers can, and returns what it did, as sentences. */
export async function repairStore(dir: string, faults: readonly StoreFault[]): Promise<string[]> {
  if (existsSync(join(dir, LOCK_FILE))) mendLockFile(dir, faults)
  const lock = lockDirectory(dir)
  try {
    return isBeyondRepair(faults) ? [setAside(dir)] : await mend(dir, faults)
  } finally {
    lock.release()
  }
}

/** Throws what {@link lockDirectory} throws while a node runs: a lock that is held is not touched. */
function mendLockFile(dir: string, faults: readonly StoreFault[]): void {
  if (faults.some(({ code }) => code === 'LOCK_FILE_FOREIGN')) truncateSync(join(dir, LOCK_FILE), 0)
}

const BEYOND = new Set([
  'STRUCTURE_DAMAGED',
  'TABLE_UNREADABLE',
  'DATABASE_UNUSABLE',
  'GENESIS_MISSING',
  'GENESIS_WRONG',
])

function isBeyondRepair(faults: readonly StoreFault[]): boolean {
  return faults.some(({ code, table }) => BEYOND.has(code) || (code === 'ROW_DAMAGED' && table === 'meta'))
}

/** Nothing is deleted: the signature journal of the old database may still be read by hand. */
function setAside(dir: string): string {
  let number = 1
  while (existsSync(join(dir, `${DATABASE_FILE}.damaged${number}`))) number++
  const aside = `${DATABASE_FILE}.damaged${number}`
  for (const suffix of ['', '-wal']) {
    const path = join(dir, DATABASE_FILE + suffix)
    if (existsSync(path)) renameSync(path, join(dir, aside + suffix))
  }
  for (const name of [`${DATABASE_FILE}-shm`, HEAD_NOTE_FILE]) rmSync(join(dir, name), { force: true })
  syncPath(dir)
  return `the database was set aside as ${aside}: the node begins anew and signs nothing before it has caught up`
}

async function mend(dir: string, faults: readonly StoreFault[]): Promise<string[]> {
  const path = join(dir, DATABASE_FILE)
  const connection = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
  const database = new Database(connection, path)
  try {
    connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    prepareSchema(database)
    return [...mendDatabase(database, faults), ...(await mendNote(dir, database, faults))]
  } finally {
    database.close()
  }
}

function mendDatabase(database: Database, faults: readonly StoreFault[]): string[] {
  const done: string[] = []
  const has = (code: string) => faults.some((fault) => fault.code === code)
  if (has('INDEX_DAMAGED')) {
    database.exec('REINDEX')
    done.push('the indexes were built anew')
  }
  for (const spec of ROW_SPECS) done.push(...mendRows(database, spec))
  const tables = TABLES.filter((table) => faults.some((fault) => isOfTable(fault, table)))
  for (const table of tables) done.push(mendTable(database, table))
  if (has('HISTORY_DAMAGED')) {
    database.transaction(() => {
      database.run('DELETE FROM anchors')
      for (const table of TABLES) database.run(`DELETE FROM ${table}_past`)
    })
    done.push('no anchor is served until the next one is frozen')
  }
  if (faults.some(({ table }) => table?.startsWith('staged_'))) {
    new StagingTable(database, () => {}).discard()
    done.push('what was fetched of a snapshot was discarded')
  }
  return done
}

const TABLE_FAULTS = new Set(['RECORD_DAMAGED', 'COUNT_WRONG', 'STUBS_DAMAGED', 'STUB_WRONG'])

function isOfTable({ code, table, key }: StoreFault, name: TableName): boolean {
  return (table === name && TABLE_FAULTS.has(code)) || (table === 'table_counts' && key === name)
}

function mendRows(database: Database, spec: RowSpec): string[] {
  const { table, key } = spec
  const rows = [...damagedRows(database, spec)]
  if (rows.length === 0) return []
  const { drop } = spec
  database.transaction(() => {
    for (const row of rows)
      drop?.(
        database,
        key.map((column) => (row[column] ?? null) as SQLInputValue),
        row,
      )
  })
  if (table === 'context') return [requireResync(database, 'the consensus context was damaged')]
  if (table === 'windows') return [requireResync(database, 'hashes of windows were damaged')]
  return drop === undefined
    ? []
    : [`${rows.length} damaged rows of ${table} were ${table === 'journal' ? 'kept aside' : 'removed'}`]
}

/**
 * Leaves and stubs follow from the records. Whether the records are those of the head, only their root tells: whoever
 * repairs looks at it afterwards and asks for a re-synchronisation where it is wrong.
 */
function mendTable(database: Database, table: TableName): string {
  try {
    database.transaction(() => {
      database.run(`DELETE FROM ${table}_leaves`)
      database.run(`INSERT INTO ${table}_leaves SELECT tree, leaf_hash(record), id FROM ${table}_records ORDER BY tree`)
      const count = database.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}_leaves`)?.n ?? 0
      database.run(`DELETE FROM ${table}_stubs`)
      database.run(`INSERT INTO ${table}_stubs VALUES (zeroblob(32), 0, ?, zeroblob(32), 0, NULL, 0)`, count)
      putCount(database, table, count)
    })
    return `the leaves and stubs of the ${table} table were computed from its records`
  } catch (error) {
    return requireResync(database, `the ${table} table was damaged: ${errorMessage(error)}`)
  }
}

function requireResync(database: Database, reason: string): string {
  new RepairTable(database).requireResync(reason)
  return `${reason}: the node joins by snapshot at its next start`
}

/** What was lost with the log may hold signatures: without its note the node is silent until it has caught up. */
async function mendNote(dir: string, database: Database, faults: readonly StoreFault[]): Promise<string[]> {
  const isLost = faults.some(({ code }) => code === 'STORE_LOG_LOST')
  const isDamaged = faults.some(({ code }) => code === 'HEAD_NOTE_DAMAGED')
  if (isLost) database.transaction(() => database.run("DELETE FROM notes WHERE name = 'sign-from'"))
  if (!isLost && !isDamaged) return []
  await writeFileDurably(join(dir, HEAD_NOTE_FILE), encodeHeadNote(database.headNote()))
  if (!isLost) return ['the note of the head was written anew']
  return [`the store goes on from window ${database.headNote().window} and signs nothing before it has caught up`]
}
