import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeDirectory } from '../src/make-directory.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'directory-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('makeDirectory', () => {
  it('makes what is missing, each with the mode, and takes what is there', async () => {
    const path = join(folder, 'a', 'b')
    await Promise.all([makeDirectory(path, 0o750), makeDirectory(path, 0o750)])
    await makeDirectory(path)
    expect([join(folder, 'a'), path].map((one) => statSync(one).mode & 0o777)).toEqual([0o750, 0o750])
  })

  it('refuses a file in its way, and a link to nowhere', async () => {
    writeFileSync(join(folder, 'file'), '')
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'))
    await expect(makeDirectory(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(makeDirectory(join(folder, 'file', 'a'))).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(makeDirectory(join(folder, 'link', 'a'))).rejects.toMatchObject({ code: 'EEXIST' })
  })

  it.skipIf(!existsSync('/proc/self'))('ends where a file system refuses new names with ENOENT', async () => {
    await expect(makeDirectory('/proc/montana/report')).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
