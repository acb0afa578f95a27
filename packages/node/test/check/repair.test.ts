import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openStore } from '@montana/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { initialiseStore, restoreChain } from '../../src/chain/restore.js'
import { checkStore } from '../../src/check/check.js'
import { makeWorld, temporaryDirectory, type World } from '../support/world.js'
import { Damage } from '../verify/support.js'
import { makeNodes, WINDOWS } from './damaged-node.js'

let world: World
let root: string
let nodes: { stopped: string; killed: string }

beforeAll(async () => {
  world = await makeWorld()
  root = mkdtempSync(join(tmpdir(), 'montana-repair-'))
  nodes = await makeNodes(world, root)
})

afterAll(async () => {
  await world.crypto.close()
  rmSync(root, { recursive: true, force: true })
})

/** A copy whose tables were changed behind the store's back. */
function changed(damage: (database: Damage) => void, from = nodes.stopped): string {
  const dir = temporaryDirectory()
  cpSync(from, dir, { recursive: true })
  const database = new DatabaseSync(join(dir, 'store.db'))
  damage(new Damage(database))
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
  return dir
}

async function faultsOf(dir: string): Promise<string[]> {
  const { faults } = await checkStore({ dataDir: dir })
  return faults.map(({ code, table, mend }) => `${code} ${table} ${mend}`)
}

function startedHead(dir: string): number {
  const store = openStore({ dir, mode: 'read' })
  try {
    return restoreChain(store, world.document).chain.context.window
  } finally {
    store.close()
  }
}

const first = (table: string) => `tree = (SELECT min(tree) FROM ${table})`

describe('what follows from the rest', () => {
  it.each([
    ['a leaf', (db: Damage) => db.flip({ table: 'node_leaves', column: 'leaf', where: first('node_leaves'), at: 3 })],
    ['a lost leaf', (db: Damage) => db.sql(`DELETE FROM node_leaves WHERE ${first('node_leaves')}`)],
    [
      'a stub',
      (db: Damage) => db.sql('UPDATE node_stubs SET hash = zeroblob(32) WHERE lo = (SELECT max(lo) FROM node_stubs)'),
    ],
    ['a lost stub', (db: Damage) => db.sql('DELETE FROM node_stubs WHERE lo = (SELECT max(lo) FROM node_stubs)')],
    ['a number of records', (db: Damage) => db.sql("UPDATE table_counts SET count = 9 WHERE name = 'node'")],
    ['an anchor', (db: Damage) => db.sql('UPDATE anchors SET account = 9')],
    ['history', (db: Damage) => db.sql('UPDATE account_past SET leaf = zeroblob(32) WHERE leaf IS NOT NULL')],
    ['what was staged', (db: Damage) => db.sql('UPDATE staged_node_leaves SET leaf = zeroblob(32)')],
  ])('is mended: %s', async (_, damage) => {
    const dir = changed(damage)
    expect((await faultsOf(dir)).length).toBeGreaterThan(0)
    const mended = await checkStore({ dataDir: dir, repair: true })
    expect(mended).toMatchObject({ sound: true, faults: [], missing: [], resync: null })
    expect(mended.repaired.length).toBeGreaterThan(0)
    expect(await faultsOf(dir)).toEqual([])
    expect(startedHead(dir)).toBe(WINDOWS)
  })
})

describe('what peers can give', () => {
  it.each(['envelope', 'certificate'] as const)(
    'a damaged %s is removed, noted, and sound again once it is put back',
    async (kind) => {
      const dir = changed((db) => db.flip({ table: `${kind}s`, column: 'bytes', where: 'window = 4', at: 9 }))
      expect(await faultsOf(dir)).toEqual([`ROW_DAMAGED ${kind}s peers`])
      const mended = await checkStore({ dataDir: dir, repair: true })
      expect(mended).toMatchObject({ sound: true, faults: [], missing: [{ kind, window: 4 }], resync: null })
      const [intact, store] = [openStore({ dir: nodes.stopped, mode: 'read' }), openStore({ dir, mode: 'write' })]
      const bytes = kind === 'envelope' ? intact.windowAt(4)?.envelope : intact.certificates.get(4)
      expect(store.repairs.refill({ kind, window: 4 }, bytes ?? new Uint8Array())).toBe(true)
      intact.close()
      store.close()
      expect(await checkStore({ dataDir: dir })).toMatchObject({ sound: true, missing: [] })
    },
  )

  it.each([
    ['a record', (db: Damage) => db.flipRecord('node', 60), 'node'],
    ['the context', (db: Damage) => db.flip({ table: 'context', column: 'bytes', where: 'id = 1', at: 9 }), 'context'],
  ])('%s of the head asks for a re-synchronisation, and the node does not start on it', async (_, damage, table) => {
    const dir = changed(damage)
    expect(await faultsOf(dir)).toContain(`${table === 'node' ? 'RECORD_DAMAGED' : 'ROW_DAMAGED'} ${table} peers`)
    const mended = await checkStore({ dataDir: dir, repair: true })
    expect(mended).toMatchObject({ sound: true, resync: expect.stringContaining(table) })
    expect(() => startedHead(dir)).toThrow()
  })
})

describe('the signature journal', () => {
  it('loses no entry: a damaged one is kept aside, and the node signs nothing before it has caught up', async () => {
    const dir = changed((db) =>
      db.flip({ table: 'journal', column: 'hash', where: "window = 4 AND kind = 'bc'", at: 0 }),
    )
    expect(await faultsOf(dir)).toEqual(['ROW_DAMAGED journal here'])
    expect(await checkStore({ dataDir: dir, repair: true })).toMatchObject({ sound: true, faults: [] })
    const store = openStore({ dir, mode: 'read' })
    expect([store.journal.entry(4, 'bc'), store.notes.get('sign-from')]).toEqual([undefined, undefined])
    expect(store.journal.entry(5, 'bc')).toBeDefined()
    store.close()
    const database = new DatabaseSync(join(dir, 'store.db'), { readOnly: true })
    expect(database.prepare('SELECT window, kind FROM journal_damaged').all()).toMatchObject([
      { window: 4, kind: 'bc' },
    ])
    database.close()
  })

  it('is not taken for whole when the log lost its end: what is left is accepted, and nothing is signed', async () => {
    const dir = temporaryDirectory()
    cpSync(nodes.killed, dir, { recursive: true })
    const log = join(dir, 'store.db-wal')
    const bytes = readFileSync(log)
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 9_000) ^ 1, bytes.length - 9_000)
    writeFileSync(log, bytes)
    expect(await faultsOf(dir)).toContain('STORE_LOG_LOST undefined here')
    expect(() => startedHead(dir)).toThrow(expect.objectContaining({ code: 'STORE_LOG_LOST' }))
    expect(await checkStore({ dataDir: dir, repair: true })).toMatchObject({ sound: true, faults: [] })
    const store = openStore({ dir, mode: 'read' })
    expect(store.notes.get('sign-from')).toBeUndefined()
    store.close()
  })
})

describe('a database that cannot be read', () => {
  it('is set aside, never deleted, and the node begins anew', async () => {
    const dir = temporaryDirectory()
    cpSync(nodes.stopped, dir, { recursive: true })
    const path = join(dir, 'store.db')
    const bytes = readFileSync(path)
    bytes.fill(0, 0, 4_096)
    writeFileSync(path, bytes)
    expect(await faultsOf(dir)).toContain('DATABASE_UNUSABLE undefined nobody')
    const mended = await checkStore({ dataDir: dir, repair: true })
    expect(mended).toMatchObject({ sound: true, repaired: [expect.stringContaining('store.db.damaged1')] })
    expect([existsSync(path), readFileSync(join(dir, 'store.db.damaged1')).equals(bytes)]).toEqual([false, true])
    const store = openStore({ dir, mode: 'write' })
    initialiseStore(store, world.document)
    expect(store.notes.get('sign-from')).toBeUndefined()
    store.close()
  })
})

describe('beside a running node', () => {
  it('a check reads one state, and a repair is refused', async () => {
    const dir = changed((db) => db.flip({ table: 'envelopes', column: 'bytes', where: 'window = 4', at: 9 }))
    const store = openStore({ dir, mode: 'write' })
    store.notes.put('running', Uint8Array.of(1))
    expect(await faultsOf(dir)).toEqual(['ROW_DAMAGED envelopes peers'])
    const refused = expect.objectContaining({ code: 'STORE_LOCKED', exitCode: 78 })
    await expect(checkStore({ dataDir: dir, repair: true })).rejects.toEqual(refused)
    store.close()
  })

  it('there is nothing to check without a store', async () => {
    const none = expect.objectContaining({ code: 'NO_STORE', exitCode: 78 })
    await expect(checkStore({ dataDir: temporaryDirectory() })).rejects.toEqual(none)
  })
})
