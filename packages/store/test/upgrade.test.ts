import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { Database } from '../src/database.js'
import { DATABASE_FILE, openStore, SCHEMA_VERSION } from '../src/index.js'
import { prepareSchema } from '../src/schema.js'
import { digest, genesis, temporaryDirectory, text, windowCommit } from './helpers.js'
import { contents1, oldStore, versionOf } from './old-store.js'

const fingerprint = (dir: string) => {
  return readdirSync(dir)
    .sort()
    .map((name) => `${name} ${statSync(join(dir, name), { bigint: true }).mtimeNs}`)
}

function copied(dir: string): string {
  const copy = temporaryDirectory()
  cpSync(dir, copy, { recursive: true })
  return copy
}

describe.each([1, 2] as const)('a store of schema %i', (version) => {
  it('is brought up when it is opened to write, and loses nothing', () => {
    const dir = oldStore(version)
    const before = contents1(dir)
    expect(versionOf(dir)).toBe(version)
    openStore({ dir, mode: 'write', genesisHash: genesis.genesisHash }).close()
    expect(versionOf(dir)).toBe(SCHEMA_VERSION)
    expect(contents1(dir)).toBe(before)
  })

  it('goes on as any other, new tables included, and is not upgraded twice', () => {
    const dir = oldStore(version)
    const first = openStore({ dir, mode: 'write' })
    expect(first.head()?.window).toBe(3)
    expect(first.journal.entry(3, 'vote', 0, 2)?.bytes).toEqual(text('vote 3'))
    first.commit(windowCommit(4, { proof: text('proof 4') }))
    first.notes.put('sign-from', text('five'))
    first.close()
    const second = openStore({ dir, mode: 'write' })
    expect([second.proofs.get(4), second.notes.get('sign-from')]).toEqual([text('proof 4'), text('five')])
    expect(second.integrityFaults()).toEqual([])
    second.close()
  })

  it('is kept beside the new one as it was, and a backup that exists is not replaced', () => {
    const dir = oldStore(version)
    const before = contents1(dir)
    const path = join(dir, DATABASE_FILE)
    openStore({ dir, mode: 'write' }).close()
    const backup = temporaryDirectory()
    const backupFile = `${path}.schema${version}`
    cpSync(backupFile, join(backup, DATABASE_FILE))
    expect([versionOf(backup), contents1(backup)]).toEqual([version, before])
    expect(readdirSync(dir)).not.toContain(`${DATABASE_FILE}.schema${version}.tmp`)
    const again = temporaryDirectory()
    cpSync(join(backup, DATABASE_FILE), join(again, DATABASE_FILE))
    writeFileSync(join(again, `${DATABASE_FILE}.schema${version}`), 'the first one')
    openStore({ dir: again, mode: 'write' }).close()
    expect(readFileSync(join(again, `${DATABASE_FILE}.schema${version}`), 'utf8')).toBe('the first one')
    expect(contents1(again)).toBe(before)
  })

  it('has its tables in tree order with their leaf hashes afterwards, and for a reader before', () => {
    const dir = oldStore(version)
    const [lo, hi] = [new Uint8Array(32), new Uint8Array(32).fill(0xff)]
    const reading = openStore({ dir, mode: 'read' })
    const states = [reading]
    const writing = openStore({ dir: copied(dir), mode: 'write' })
    states.push(writing)
    for (const store of states) {
      const records = store.table('node').records(lo, hi, 9)
      const reversed = ['c', 'a', 'b'].map((name) => Buffer.from(digest(name)).reverse()).sort(Buffer.compare)
      expect(records.map(({ key }) => Buffer.from(key).reverse())).toEqual(reversed)
      expect([...store.table('node').leaves(lo, hi)].map(({ key }) => key)).toEqual(records.map(({ key }) => key))
      expect([store.table('node').count(), store.table('candidate').count()]).toEqual([3, 0])
      expect(store.stubs('node').all()).toMatchObject([{ depth: 0, count: 3, hash: null }])
      expect([store.anchors.list(), store.staging.target(), store.oldestWindow()]).toEqual([[], undefined, 1])
      expect([...store.tableRecords('account')]).toEqual([text('balance 3')])
      store.close()
    }
  })

  it('is read for what it has, with nothing where it has no table, and not changed by that', () => {
    const dir = oldStore(version)
    const before = fingerprint(dir)
    const store = openStore({ dir, mode: 'read', genesisHash: genesis.genesisHash })
    expect(store.head()?.window).toBe(3)
    expect(store.windowAt(3)).toMatchObject({ cba: digest('cba 3'), envelope: text('envelope 3') })
    expect(store.certificates.get(3)).toEqual(text('certificate 3'))
    expect(store.evidence.list()).toMatchObject([{ kind: 'header', window: 2 }])
    expect(store.integrityFaults()).toEqual([])
    expect([store.incidents.list(), store.objects.list(), [...store.work.list()]]).toEqual([[], [], []])
    expect([store.notes.get('sign-from'), store.proofs.get(3), store.objects.get(digest('x'))]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    store.close()
    expect(fingerprint(dir)).toEqual(before)
    expect(versionOf(dir)).toBe(version)
  })

  it('is left as it was when the upgrade fails half way', () => {
    const dir = oldStore(version)
    const connection = new DatabaseSync(join(dir, DATABASE_FILE))
    // Takes the place of a table that version 3 makes.
    connection.exec('CREATE TABLE missing (other)')
    expect(() => prepareSchema(new Database(connection, join(dir, DATABASE_FILE)))).toThrow()
    const names = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
    expect(names.map(({ name }) => name)).not.toContain('node_records')
    connection.close()
    expect(versionOf(dir)).toBe(version)
  })
})
