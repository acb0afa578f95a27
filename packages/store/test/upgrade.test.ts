import { createHash } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { keepBackup } from '../src/backup.js'
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

function keepBackupOf(path: string, version: number): void {
  const connection = new DatabaseSync(path)
  keepBackup(new Database(connection, path), version)
  connection.close()
}

/** A directory in which the backup `name` of `dir` is the store. */
function restored(dir: string, name: string): string {
  const directory = temporaryDirectory()
  cpSync(join(dir, name), join(directory, DATABASE_FILE))
  return directory
}

function backupsOf(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => name.includes('.schema'))
    .sort()
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

  it('is kept beside the new one as it was', () => {
    const dir = oldStore(version)
    const before = contents1(dir)
    openStore({ dir, mode: 'write' }).close()
    const backup = restored(dir, `${DATABASE_FILE}.schema${version}`)
    expect([versionOf(backup), contents1(backup)]).toEqual([version, before])
    expect(backupsOf(dir)).toEqual([`${DATABASE_FILE}.schema${version}`, `${DATABASE_FILE}.schema${version}.sha256`])
  })

  it('that went on after its backup is kept as it is now, and the earlier backup stays under another name', () => {
    const dir = oldStore(version)
    const path = join(dir, DATABASE_FILE)
    const earlier = contents1(dir)
    const name = `${DATABASE_FILE}.schema${version}`
    keepBackupOf(path, version)
    const connection = new DatabaseSync(path)
    connection.exec("INSERT INTO account VALUES (x'0909', x'0a0a')")
    connection.close()
    const before = contents1(dir)
    openStore({ dir, mode: 'write' }).close()
    expect(contents1(restored(dir, name))).toBe(before)
    const [older = ''] = backupsOf(dir).filter((file) => file !== name && !file.endsWith('.sha256'))
    expect(contents1(restored(dir, older))).toBe(earlier)
    const digest = createHash('sha256')
      .update(readFileSync(`${path}.schema${version}`))
      .digest('hex')
    expect(readFileSync(`${path}.schema${version}.sha256`, 'utf8')).toBe(`${digest}\n`)
  })

  it('that an upgrade was broken off of, again and again, is kept once', () => {
    const dir = oldStore(version)
    for (let attempt = 0; attempt < 3; attempt++) keepBackupOf(join(dir, DATABASE_FILE), version)
    expect(backupsOf(dir)).toHaveLength(2)
  })

  it('takes no other file for its backup, and deletes none', () => {
    const dir = oldStore(version)
    const before = contents1(dir)
    const name = `${DATABASE_FILE}.schema${version}`
    writeFileSync(join(dir, name), 'the first one')
    openStore({ dir, mode: 'write' }).close()
    expect(contents1(restored(dir, name))).toBe(before)
    const kept = backupsOf(dir).map((file) => readFileSync(join(dir, file), 'latin1'))
    expect(kept).toContain('the first one')
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
