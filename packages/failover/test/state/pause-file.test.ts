import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { pauseFile } from '../../src/state/pause-file.js'

const PAUSE = { reason: 'new kernel', by: 'operator', remainingMs: 3_600_000 }
const DAY_MS = 86_400_000

function pausePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pause-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'pause.json')
}

it('a pause outlives the agent and goes on running out', async () => {
  const path = pausePath()
  await pauseFile(path, () => 1_000).save(PAUSE)
  expect(pauseFile(path, () => 601_000).load()).toEqual({ ...PAUSE, remainingMs: 3_000_000 })
  expect(pauseFile(path, () => 3_601_000).load()).toBeNull()
})

it('a clock that was set back makes it no longer than a day', async () => {
  const path = pausePath()
  await pauseFile(path, () => 100 * DAY_MS).save(PAUSE)
  expect(pauseFile(path, () => 0).load()?.remainingMs).toBe(DAY_MS)
})

it('ends when it is taken back, also twice', async () => {
  const path = pausePath()
  const file = pauseFile(path)
  await file.save(PAUSE)
  await file.save(null)
  await file.save(null)
  expect([file.load(), existsSync(path)]).toEqual([null, false])
})

it.each(['', '{', '{}', '[]', '{"reason":1,"by":"x","until_ms":9e99}'])('%j is no pause', (text) => {
  const path = pausePath()
  writeFileSync(path, text)
  expect(pauseFile(path).load()).toBeNull()
})
