import { hash } from 'node:crypto'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { genesisChainState } from '@montana/consensus'
import { createSignatureVerifier } from '@montana/crypto'
import { seededRandom } from '@montana/foundation'
import { loadBackend } from '@montana/native'
import { openStore, type SealedValue, type Store, sealOf } from '@montana/store'
import { onTestFinished } from 'vitest'
import { initialiseStore } from '../../src/chain/restore.js'
import { segmentVerifier } from '../../src/verify/run.js'
import type { VerifyModules } from '../../src/verify/types.js'
import { type BuiltWindow, extendChain } from '../support/chain.js'
import { temporaryDirectory, type World } from '../support/world.js'

export function verifyModules(world: World, more: Partial<VerifyModules> = {}): VerifyModules {
  return {
    verifySignature: createSignatureVerifier(world.crypto),
    verifySegments: segmentVerifier(loadBackend().backend),
    policy: { kind: 'full' },
    random: seededRandom(7),
    signal: new AbortController().signal,
    ...more,
  }
}

/** An open store with `windows` windows, as a running node holds it. */
export async function openLive(
  world: World,
  dir: string,
  windows: number,
): Promise<{ store: Store; built: BuiltWindow[] }> {
  const store = openStore({ dir, mode: 'write' })
  onTestFinished(() => store.close())
  initialiseStore(store, world.document)
  return { store, built: await extendChain(world, [store], genesisChainState(world.document), { windows }) }
}

/** A copy of `template` whose database `damage` has changed behind the store's back; checksums stay right. */
export function damaged(template: string, damage: (database: Damage) => void): string {
  const dir = temporaryDirectory()
  cpSync(template, dir, { recursive: true })
  const database = new DatabaseSync(join(dir, 'store.db'))
  damage(new Damage(database))
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
  return dir
}

export class Damage {
  constructor(readonly database: DatabaseSync) {}

  sql(text: string, ...params: (Uint8Array | number | string)[]): void {
    const { changes } = this.database.prepare(text).run(...params)
    if (changes === 0) throw new Error(`nothing was damaged by ${text}`)
  }

  /** The column `value` of the one row that `query` finds. */
  blob(query: string): Uint8Array {
    const row = this.database.prepare(query).get() as { value: Uint8Array }
    return row.value.slice()
  }

  /** Puts `bytes` into a column and makes the checksum beside it fit. */
  replace(table: string, where: string, bytes: Uint8Array): void {
    this.sql(`UPDATE ${table} SET bytes = ?, digest = ? WHERE ${where}`, bytes, hash('sha256', bytes, 'buffer'))
  }

  /** Flips a bit of one record of a table; its leaf hash stays as it was. */
  flipRecord(table: 'account' | 'node', at: number): void {
    this.flip({ table: `${table}_records`, column: 'record', where: `id = (SELECT min(id) FROM ${table}_records)`, at })
  }

  /** Flips a bit in a column; with `digest` or `seal` the checksum beside it is made to fit again. */
  flip(init: { table: string; column: string; where: string; at: number; digest?: boolean; seal?: boolean }): void {
    const { table, column, where, at, digest, seal } = init
    const bytes = this.blob(`SELECT ${column} AS value FROM ${table} WHERE ${where}`)
    const index = at < 0 ? bytes.length + at : at
    bytes[index] = (bytes[index] ?? 0) ^ 1
    this.sql(`UPDATE ${table} SET ${column} = ? WHERE ${where}`, bytes)
    if (seal) this.#reseal(table, where)
    if (digest) this.sql(`UPDATE ${table} SET digest = ? WHERE ${where}`, hash('sha256', bytes, 'buffer'))
  }

  /** The seal of a row is over all its columns but digests and what they cover. */
  #reseal(table: string, where: string): void {
    const row = this.database.prepare(`SELECT * FROM ${table} WHERE ${where}`).get() as Record<string, SealedValue>
    const covered = Object.entries(row).filter(([name]) => !['bytes', 'digest', 'seal'].includes(name))
    this.sql(`UPDATE ${table} SET seal = ? WHERE ${where}`, sealOf(covered.map(([, value]) => value)))
  }
}
