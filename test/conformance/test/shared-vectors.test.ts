import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')

/** Our fixtures, and the shared vectors where they lie beside the checkout; the run says which of them it could not find. */
it('every vector that is here passes, on every backend, and no fewer run than are recorded', () => {
  const { status, stdout } = spawnSync(process.execPath, [MAIN, '--json'], { encoding: 'utf8', maxBuffer: 64 << 20 })
  const { failed, shrunk, absent, files } = JSON.parse(stdout)
  for (const name of absent) process.stdout.write(`SKIPPED: no collection '${name}' beside this checkout\n`)
  expect({ failed, shrunk }).toEqual({ failed: 0, shrunk: [] })
  expect(files.length).toBeGreaterThan(0)
  expect(status).toBe(0)
}, 180_000)
