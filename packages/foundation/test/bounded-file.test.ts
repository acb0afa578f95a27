import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readBoundedFile } from '../src/index.js'

it('reads a file up to its bound, and neither more, nor a folder, nor a device without end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'montana-bounded-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'file')
  writeFileSync(file, 'four')
  expect(`${await readBoundedFile(file, 4)}`).toBe('four')
  await expect(readBoundedFile(file, 3)).rejects.toMatchObject({ code: 'EFBIG' })
  for (const path of [folder, '/dev/zero'])
    await expect(readBoundedFile(path, 4)).rejects.toMatchObject({ code: 'EINVAL' })
  await expect(readBoundedFile(join(folder, 'none'), 4)).rejects.toMatchObject({ code: 'ENOENT' })
})
