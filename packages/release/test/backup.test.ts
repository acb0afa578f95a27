import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { backUpStore, restoreStore } from '../src/install/backup.js'

it('a link in the folder of the store leads the one who restores it nowhere', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'montana-backup-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [data, copy, victim] = ['data', 'copy', 'victim'].map((name) => join(folder, name)) as [string, string, string]
  const database = join(data, 'store.db')
  mkdirSync(data)
  writeFileSync(database, 'as it was')
  writeFileSync(victim, 'of root')
  await backUpStore(database, copy)
  writeFileSync(database, 'migrated')
  symlinkSync(victim, `${database}.restored`)
  await restoreStore(copy, database)
  expect([readFileSync(victim, 'utf8'), readFileSync(database, 'utf8')]).toEqual(['of root', 'as it was'])
  expect(existsSync(`${database}.restored`)).toBe(false)
})
