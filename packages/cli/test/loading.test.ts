import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const MAIN = join(ROOT, 'packages', 'cli', 'dist', 'main.js')
const HOOK = join(import.meta.dirname, 'support', 'loaded-modules.mjs')
/** Each takes longer to load than everything that a question to a running service needs. */
const HEAVY = ['libp2p', '@chainsafe/libp2p-noise', 'prom-client', 'fastify', 'vite'].map(
  (name) => `/node_modules/${name}/`,
)

function loadedBy(args: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'montana-loading-'))
  try {
    const file = join(folder, 'modules')
    const env = { ...process.env, MONTANA_LOADED_MODULES: file }
    spawnSync(process.execPath, ['--import', HOOK, MAIN, ...args], { env, stdio: 'ignore' })
    return readFileSync(file, 'utf8').split('\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

it.each([
  [['version']],
  [['status', '--data-dir', '/nonexistent']],
  [['failover', 'status', '--socket', '/nonexistent']],
  [['devnet', '--windows', 'many']],
  [['manifest', 'sync', '--config', '/nonexistent']],
  [['start', '--speed', '9']],
  [['soak', 'report', '--file', '/nonexistent']],
])('%o loads nothing that it does not need', (args) => {
  const loaded = loadedBy(args)
  expect(loaded).toContain(new URL(`file://${MAIN}`).href)
  expect(loaded.filter((url) => HEAVY.some((name) => url.includes(name)))).toEqual([])
})
