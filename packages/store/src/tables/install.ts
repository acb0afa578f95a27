import type { Database } from '../database.js'
import type { WindowHashes } from '../types.js'
import { putCount } from './anchors.js'
import { FORMS, STAGED, TABLES, type TableName } from './names.js'
import { replace } from './reclaim.js'
import { stagedSet } from './schema.js'
import { noTarget, type StagingTable } from './staging.js'
import { malformedStubs, StoredStubs, type StubRow, sizeOf } from './stubs.js'
import { KEY_BITS } from './tree-key.js'

/** The anchor that becomes the head. */
export interface Install extends WindowHashes {
  readonly window: number
  readonly context: Uint8Array
  readonly envelope: Uint8Array
  readonly certificate?: Uint8Array
  readonly cba?: Uint8Array
  /** The stubs of each table, tiling its key space. */
  readonly stubs: Readonly<Record<TableName, readonly StubRow[]>>
  /** Wall clock, milliseconds since the Unix epoch. */
  readonly appliedAtMs?: number
  /** Serve the anchor from now on. */
  readonly freeze?: boolean
}

/**
 * Puts the staged tables in the place of the present ones by renaming them: the time it takes does not depend on their
 * size. Part of a transaction of the caller. History and anchors speak of the replaced tables and go with them.
 */
export function switchTables(database: Database, staging: StagingTable, { window, stubs }: Install): void {
  if (staging.target()?.window !== window) throw noTarget()
  staging.checkComplete()
  for (const table of TABLES) if (sizeOf(stubs[table]) !== 1n << BigInt(KEY_BITS)) throw malformedStubs(table)
  const counts = staging.counts()
  for (const table of TABLES) {
    for (const form of FORMS) replace(database, `${table}_${form}`)
    for (const form of FORMS) database.exec(`ALTER TABLE ${STAGED}${table}_${form} RENAME TO ${table}_${form}`)
    replace(database, `${STAGED}${table}_pieces`)
    database.exec(stagedSet(table))
    const stored = new StoredStubs(database, table)
    for (const stub of stubs[table]) stored.insert(stub, window)
    putCount(database, table, counts[table])
  }
  database.run('DELETE FROM staging')
  database.run('DELETE FROM anchors')
}
