import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createContext } from '../src/context.js'
import { createProgram } from '../src/program.js'

/** Of nobody on this machine. */
const UID = 54_321

it.skipIf(process.getuid?.() !== 0)('a folder that is closed to the caller is no node that does not run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'montana-closed-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { context } = createContext()
  const program = await createProgram(context, ['status'])
  const status = () => program.parseAsync(['node', 'montana', 'status', '--data-dir', folder])
  await expect(status()).rejects.toMatchObject({ code: 'NOT_RUNNING' })
  process.seteuid?.(UID)
  try {
    await expect(status()).rejects.toMatchObject({ code: 'DATA_DIR_CLOSED', exitCode: 78, field: 'data-dir' })
  } finally {
    process.seteuid?.(0)
  }
})
