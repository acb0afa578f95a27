import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { errorMessage } from '@montana/foundation'
import { DATABASE_FILE } from '../constants.js'
import type { Database } from '../database.js'
import { noStore } from '../errors.js'
import { logLostOf } from '../open.js'
import { openForReading } from '../read-connection.js'
import { hasSchema } from '../schema.js'
import { fileFaults } from './files.js'
import { damagedRows, ROW_SPECS, type RowSpec, rowFault } from './row-specs.js'
import { tableFaults, unreadable } from './tables.js'
import { REPAIR, SET_ASIDE, type StoreFault } from './types.js'

/**
 * Reads a whole store and writes nothing: the structure of the file, the digest or seal of every row, every record
 * against its leaf, and the files beside. Beside a running node it sees one state. Throws ConfigError `NO_STORE`.
 */
export async function inspectStore(dir: string, signal?: AbortSignal): Promise<StoreFault[]> {
  if (!existsSync(join(dir, DATABASE_FILE))) throw noStore(dir)
  const faults = await fileFaults(dir, signal)
  const lost = logLostOf(dir)
  if (lost) {
    const { code, message } = lost
    faults.push({ code, file: `${DATABASE_FILE}-wal`, message, remedy: lost.remedy ?? REPAIR, mend: 'here' })
  }
  return [...faults, ...databaseFaults(dir, signal)]
}

function databaseFaults(dir: string, signal: AbortSignal | undefined): StoreFault[] {
  try {
    const { database, close } = openForReading(dir)
    try {
      return hasSchema(database) ? [...heldFaults(database, signal)] : [unusable('it holds no store')]
    } finally {
      close()
    }
  } catch (error) {
    signal?.throwIfAborted()
    return [unusable(errorMessage(error))]
  }
}

function* heldFaults(database: Database, signal: AbortSignal | undefined): Generator<StoreFault> {
  const release = database.hold()
  try {
    yield* structureFaults(database)
    yield* genesisFaults(database)
    for (const spec of ROW_SPECS) {
      signal?.throwIfAborted()
      yield* rowFaults(database, spec)
    }
    signal?.throwIfAborted()
    yield* guarded('records', () => tableFaults(database))
  } finally {
    release()
  }
}

/** A store with a head says of which genesis it is. */
function* genesisFaults(database: Database): Generator<StoreFault> {
  const sql =
    "SELECT (SELECT count(*) FROM meta WHERE key IN ('genesis_hash', 'genesis_document')) AS n FROM windows LIMIT 1"
  const found = attempt(() => database.get<{ n: number }>(sql))
  if (found === undefined || found.n === 2) return
  const message = 'it does not say of which genesis it is'
  yield { code: 'GENESIS_MISSING', file: DATABASE_FILE, table: 'meta', message, remedy: SET_ASIDE, mend: 'nobody' }
}

/** What cannot be read at all is named by the check of its table. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function* rowFaults(database: Database, spec: RowSpec): Generator<StoreFault> {
  yield* guarded(spec.table, function* () {
    for (const row of damagedRows(database, spec)) yield rowFault(spec, row)
  })
}

function* guarded(table: string, faults: () => Generator<StoreFault>): Generator<StoreFault> {
  try {
    yield* faults()
  } catch (error) {
    yield unreadable(table, error, SET_ASIDE)
  }
}

/** What only an index has wrong can be built anew from its table. */
const INDEX_ONLY = /missing from index|wrong # of entries in index|non-unique entry in index/
/** A value of another type: the row's own seal says so too, and which row it is. */
const VALUE_ONLY = /^(NULL|NUMERIC|TEXT|non-\w+) value in|CHECK constraint failed/

function* structureFaults(database: Database): Generator<StoreFault> {
  let lines: string[]
  try {
    lines = database.all<{ integrity_check: string }>('PRAGMA integrity_check').map((row) => row.integrity_check)
  } catch (error) {
    lines = [errorMessage(error)]
  }
  for (const line of lines) {
    if (line === 'ok' || VALUE_ONLY.test(line)) continue
    const about = { file: DATABASE_FILE, message: line }
    if (INDEX_ONLY.test(line)) yield { ...about, code: 'INDEX_DAMAGED', mend: 'here', remedy: REPAIR }
    else yield { ...about, code: 'STRUCTURE_DAMAGED', mend: 'nobody', remedy: SET_ASIDE }
  }
}

function unusable(message: string): StoreFault {
  return { code: 'DATABASE_UNUSABLE', file: DATABASE_FILE, message, remedy: SET_ASIDE, mend: 'nobody' }
}
