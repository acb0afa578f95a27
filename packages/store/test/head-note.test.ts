import { cpSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeHeadNote, readHeadNote } from '../src/head-note.js'
import { DATABASE_FILE, HEAD_NOTE_FILE, openStore } from '../src/index.js'
import { digest, fill, temporaryDirectory, text, windowCommit } from './helpers.js'

const code = (value: string, more: object = {}) => expect.objectContaining({ code: value, ...more })

/** As kill -9 leaves a directory after `windows` windows and one vote. */
function killed(windows: number): string {
  const dir = temporaryDirectory()
  const store = openStore({ dir, mode: 'write' })
  fill(store, windows)
  store.journal.append({ window: 9, kind: 'vote', round: 0, phase: 2, hash: digest('vote'), bytes: text('vote') })
  const copy = temporaryDirectory()
  cpSync(dir, copy, { recursive: true })
  store.close()
  return copy
}

describe('the note of the head', () => {
  it('counts every transaction and names the head', () => {
    const dir = temporaryDirectory()
    const store = openStore({ dir, mode: 'write' })
    expect(readHeadNote(dir)).toEqual({ sequence: 0, window: -1 })
    fill(store, 2)
    expect(readHeadNote(dir)).toEqual({ sequence: 3, window: 2 })
    store.notes.put('a', text('b'))
    expect(() => store.commit(windowCommit(7))).toThrow()
    expect(readHeadNote(dir)).toEqual({ sequence: 4, window: 2 })
    store.close()
    openStore({ dir, mode: 'write' }).close()
    expect(readHeadNote(dir)).toEqual({ sequence: 4, window: 2 })
  })

  it('tells a log with one wrong byte from one that ends there: a vote was signed that the store forgot', () => {
    const dir = killed(3)
    const log = join(dir, `${DATABASE_FILE}-wal`)
    const bytes = readFileSync(log)
    const at = bytes.length - 100
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    writeFileSync(log, bytes)
    const lost = code('STORE_LOG_LOST', {
      field: 'data-dir',
      message: expect.stringContaining('lost the last 1 of its acknowledged writes'),
      remedy: expect.stringContaining('montana store check --repair'),
      metadata: { dir, lost: 1, acknowledged: 3, stored: 3 },
    })
    expect(() => openStore({ dir, mode: 'read' })).toThrow(lost)
    expect(() => openStore({ dir, mode: 'write' })).toThrow(lost)
    expect(readFileSync(log)).toEqual(bytes)
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    writeFileSync(log, bytes)
    const store = openStore({ dir, mode: 'write' })
    expect(store.journal.entry(9, 'vote', 0, 2)?.bytes).toEqual(text('vote'))
    store.close()
  })

  it('tells an emptied database from a new one, and lets one that was taken away begin anew', () => {
    const dir = killed(3)
    for (const suffix of ['-wal', '-shm']) rmSync(join(dir, DATABASE_FILE + suffix))
    truncateSync(join(dir, DATABASE_FILE), 0)
    expect(() => openStore({ dir, mode: 'write' })).toThrow(code('STORE_LOG_LOST'))
    expect(statSync(join(dir, DATABASE_FILE)).size).toBe(0)
    rmSync(join(dir, DATABASE_FILE))
    const store = openStore({ dir, mode: 'write' })
    expect(store.head()).toBeUndefined()
    store.close()
  })

  it.each([
    ['late', encodeHeadNote({ sequence: 1, window: 0 })],
    ['damaged', new Uint8Array(56).fill(7)],
    ['cut', encodeHeadNote({ sequence: 99, window: 9 }).subarray(0, 20)],
    ['empty', new Uint8Array()],
  ])('proves nothing when it is %s, and is written anew', (_, bytes) => {
    const dir = killed(3)
    writeFileSync(join(dir, HEAD_NOTE_FILE), bytes)
    openStore({ dir, mode: 'read' }).close()
    openStore({ dir, mode: 'write' }).close()
    expect(readHeadNote(dir)).toEqual({ sequence: 5, window: 3 })
  })

  it('is not made by a reader', () => {
    const dir = killed(3)
    rmSync(join(dir, HEAD_NOTE_FILE))
    openStore({ dir, mode: 'read' }).close()
    expect(existsSync(join(dir, HEAD_NOTE_FILE))).toBe(false)
  })
})
