import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openMirrorStore } from '../../src/index.js'
import { temporaryFolder } from '../folders.js'
import { startChild } from '../processes.js'

const modeOf = (path: string) => statSync(path).mode & 0o777
const refused = (code: string, exitCode: number) => expect.objectContaining({ code, exitCode })

function opened(folder: string, busyTimeoutMs?: number) {
  const store = openMirrorStore(folder, busyTimeoutMs === undefined ? {} : { busyTimeoutMs })
  onTestFinished(() => store.close())
  return store
}

describe('the store', () => {
  it('is closed to others, with its log and its key', () => {
    const folder = join(temporaryFolder(), 'deep', 'data')
    const store = opened(folder)
    store.notes.set('a', 'b')
    expect(modeOf(folder)).toBe(0o700)
    const files = ['.gitignore', 'mirror.key', 'mirror.sqlite', 'mirror.sqlite-shm', 'mirror.sqlite-wal']
    expect(readdirSync(folder).sort()).toEqual(files)
    expect(files.map((name) => modeOf(join(folder, name)))).toEqual([0o600, 0o600, 0o600, 0o600, 0o600])
  })

  it('closes one that was left open to others', () => {
    const folder = temporaryFolder()
    openMirrorStore(folder).close()
    chmodSync(join(folder, 'mirror.sqlite'), 0o644)
    opened(folder)
    expect(modeOf(join(folder, 'mirror.sqlite'))).toBe(0o600)
  })

  it('writes through to the disk at each commit', () => {
    const folder = temporaryFolder()
    opened(folder).notes.set('a', 'b')
    const connection = new DatabaseSync(join(folder, 'mirror.sqlite'))
    expect(connection.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    connection.close()
  })

  it('opened twice in a process keeps the lock that tells others that it is in use', () => {
    const folder = temporaryFolder()
    opened(folder).notes.set('a', 'b')
    const inode = statSync(join(folder, 'mirror.sqlite')).ino
    const locks = () =>
      readFileSync('/proc/locks', 'utf8')
        .split('\n')
        .filter((line) => line.includes(`:${inode} `))
    expect(locks()).toHaveLength(1)
    openMirrorStore(folder).close()
    expect(locks()).toHaveLength(1)
  })

  it('a failed transaction leaves nothing', () => {
    const store = opened(temporaryFolder())
    const work = () => {
      store.notes.set('a', 'b')
      throw new Error('in the middle')
    }
    expect(() => store.transaction(work)).toThrow('in the middle')
    expect(store.notes.get('a')).toBeUndefined()
    store.notes.set('a', 'c')
  })

  it('of a newer release is refused, untouched', () => {
    const folder = temporaryFolder()
    openMirrorStore(folder).close()
    const connection = new DatabaseSync(join(folder, 'mirror.sqlite'))
    connection.exec('PRAGMA user_version = 99')
    connection.close()
    expect(() => openMirrorStore(folder)).toThrow(refused('STORE_SCHEMA_NEWER', 78))
  })

  it('of another program is refused, untouched', () => {
    const folder = temporaryFolder()
    const connection = new DatabaseSync(join(folder, 'mirror.sqlite'))
    connection.exec('CREATE TABLE theirs (x)')
    expect(() => openMirrorStore(folder)).toThrow(refused('STORE_INVALID', 1))
    expect(connection.prepare('SELECT count(*) AS n FROM sqlite_schema').get()).toEqual({ n: 1 })
    connection.close()
  })

  it('that is no database, and a folder that is none, are refused by name', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'mirror.sqlite'), 'x'.repeat(5000))
    expect(() => openMirrorStore(folder)).toThrow(refused('STORE_INVALID', 1))
    expect(() => openMirrorStore(join(folder, 'mirror.sqlite'))).toThrow(refused('DATA_DIR_UNWRITABLE', 78))
  })

  it('is made by one of several processes that begin at once, with one key', async () => {
    const folder = temporaryFolder()
    const children = Array.from({ length: 4 }, () => startChild('open-store.mjs', folder))
    const answers = (await Promise.all(children.map((child) => child.line()))).map((line) => line.split(' '))
    expect(answers.map(([seq]) => seq).sort()).toEqual(['1', '2', '3', '4'])
    expect(new Set(answers.map(([, mac]) => mac)).size).toBe(1)
  })

  it('that another process keeps locked is BUSY to writers, and read all the same', async () => {
    const folder = temporaryFolder()
    opened(folder).notes.set('a', 'b')
    const child = startChild('hold-store.mjs', folder)
    await child.line()
    const store = opened(folder, 5)
    expect(() => store.notes.set('a', 'c')).toThrow(refused('BUSY', 75))
    expect(store.notes.get('a')).toBe('b')
  })
})

describe('the key of the MACs', () => {
  it('is beside the database, and stays', () => {
    const folder = temporaryFolder()
    const before = opened(folder).mac('NAME', 'value')
    expect(opened(folder).mac('NAME', 'value')).toBe(before)
    expect(opened(temporaryFolder()).mac('NAME', 'value')).not.toBe(before)
  })

  it('is over name, zero and value', () => {
    const store = opened(temporaryFolder())
    expect(store.mac('A', 'Bc')).not.toBe(store.mac('AB', 'c'))
    expect(store.mac('A', '')).toMatch(/^[0-9a-f]{64}$/)
  })

  it('that was cut is refused, not replaced', () => {
    const folder = temporaryFolder()
    openMirrorStore(folder).close()
    writeFileSync(join(folder, 'mirror.key'), 'short')
    expect(() => openMirrorStore(folder)).toThrow(refused('CONFIG_INVALID', 78))
  })

  it('a folder in its place is refused', () => {
    const folder = temporaryFolder()
    rmSync(join(folder, 'mirror.key'), { force: true })
    mkdirSync(join(folder, 'mirror.key'))
    expect(() => openMirrorStore(folder)).toThrow()
  })
})
