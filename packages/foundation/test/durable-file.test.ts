import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { syncDirectory, writeFileDurably } from '../src/durable-file.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'durable-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('writeFileDurably', () => {
  it('replaces a file, sets the mode from the first byte on and leaves no temporary file', async () => {
    const path = join(folder, 'identity.bin')
    writeFileSync(path, 'old')
    await writeFileDurably(path, Uint8Array.of(1, 2), 0o600)
    expect([...readFileSync(path)]).toEqual([1, 2])
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['identity.bin'])
  })

  it('keeps the old file and no temporary one when it cannot finish', async () => {
    const path = join(folder, 'taken')
    await writeFileDurably(join(folder, 'kept'), 'old')
    await expect(writeFileDurably(join(folder, 'absent', 'x'), 'new')).rejects.toMatchObject({ code: 'ENOENT' })
    await writeFileDurably(path, 'file')
    await expect(writeFileDurably(join(path, 'x'), 'new')).rejects.toMatchObject({ code: 'ENOTDIR' })
    expect(readdirSync(folder).sort()).toEqual(['kept', 'taken'])
    expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('old')
  })

  it('lets writers of one file race without tearing it', async () => {
    const path = join(folder, 'raced')
    const texts = Array.from({ length: 12 }, (_, i) => String.fromCharCode(97 + i).repeat(50_000))
    await Promise.all(texts.map((text) => writeFileDurably(path, text)))
    expect(texts).toContain(readFileSync(path, 'utf8'))
    expect(readdirSync(folder)).toEqual(['raced'])
  })

  it('says when there is no such directory to sync', async () => {
    await expect(syncDirectory(join(folder, 'absent'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
