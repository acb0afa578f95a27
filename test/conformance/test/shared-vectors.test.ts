import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const VECTORS = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'vectors')
const isPresent = existsSync(VECTORS)

if (!isPresent)
  process.stdout.write('SKIPPED: no shared vectors beside this checkout; our own fixtures are tested all the same\n')

interface Report {
  passed: number
  failed: number
  skipped: number
}

function run(files: readonly string[]): { status: number | null; counts: Report } {
  const { status, stdout } = spawnSync(process.execPath, [MAIN, ...files], { encoding: 'utf8' })
  const last = stdout.trimEnd().split('\n').at(-1) ?? ''
  const [passed = 0, failed = 0, skipped = 0] = [...last.matchAll(/\d+/g)].map(Number)
  return { status, counts: { passed, failed, skipped } }
}

describe.skipIf(!isPresent)('the shared vectors', () => {
  it('protocol and transport: nothing fails, and no fewer cases run than before', () => {
    const { status, counts } = run(['protocol.json', 'transport.json'].map((name) => join(VECTORS, name)))
    expect(status).toBe(0)
    expect(counts.failed).toBe(0)
    expect(counts.passed).toBeGreaterThanOrEqual(266)
    expect(counts.skipped).toBeLessThanOrEqual(7)
  }, 60_000)

  it('Wycheproof: nothing fails on either backend', () => {
    const folder = join(VECTORS, 'wycheproof')
    const { status, counts } = run(readdirSync(folder).map((name) => join(folder, name)))
    expect(status).toBe(0)
    expect(counts.failed).toBe(0)
    expect(counts.passed).toBeGreaterThanOrEqual(2000)
  }, 120_000)
})
