import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const FOUNDING = join(import.meta.dirname, '..', '..', '..', 'soak', 'test', 'fixtures', 'founding')
const SOAK = join(FOUNDING, 'soak.jsonl')
const SNAPSHOT = join(FOUNDING, 'snapshot.json')

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'soak-legacy-'))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

function soak(...args: readonly string[]) {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MONTANA_')))
  const run = spawnSync(process.execPath, [MAIN, 'soak', ...args], { cwd: root, env: environment, encoding: 'utf8' })
  return { code: run.status, stdout: run.stdout, stderr: run.stderr }
}

const report = (...args: readonly string[]) => soak('report', '--out', 'out', '--json', ...args)

describe('montana soak verify of old files', () => {
  it('names each torn record by file, line and kind, and ends with 1', () => {
    const { code, stdout } = soak('verify', '--legacy', '--json', SOAK)
    expect(code).toBe(1)
    const { verdict, records, defects } = JSON.parse(stdout)
    expect({ verdict, records, count: defects.length }).toEqual({ verdict: 'DEFECT', records: 7, count: 7 })
    expect(defects[1]).toEqual({ file: 'soak.jsonl', line: 8, seq: 1, kind: 'torn' })
  })

  it('is all defects without --legacy', () => {
    const { code, stdout } = soak('verify', '--json', SOAK)
    expect([code, JSON.parse(stdout).records]).toEqual([1, 0])
  })

  it.each([
    [78, ['none.jsonl']],
    [2, ['--head', '0'.repeat(64), SOAK]],
  ])('ends with %i for %j', (expected, args) => {
    expect(soak('verify', '--legacy', ...args).code).toBe(expected)
  })
})

describe('montana soak report of old files', () => {
  it('judges the founding report', () => {
    const { code, stdout } = report('--legacy', '--legacy-snapshot', SNAPSHOT, SOAK)
    expect(code).toBe(0)
    const { verdict, findings } = JSON.parse(stdout)
    expect(verdict).toBe('FAIL')
    expect(new Set(findings.map(({ id }: { id: string }) => id)).size).toBe(18)
    expect(JSON.parse(readFileSync(join(root, 'out', 'report.json'), 'utf8'))).toMatchObject({ verdict, findings })
  })

  it('judges a transcription alone, and holds a gate against it', () => {
    const { code, stdout } = report('--legacy-snapshot', SNAPSHOT, '--gate')
    expect(code).toBe(1)
    expect(JSON.parse(stdout).inputs.map(({ kind }: { kind: string }) => kind)).toEqual(['snapshot', 'thresholds'])
  })

  it('has times where the user gives them', () => {
    const times = ['--legacy-start', '2026-05-21T19:10:00Z', '--legacy-interval', '5m']
    const { span, soak } = JSON.parse(report('--legacy', ...times, SOAK).stdout)
    expect(span).toMatchObject({ from: '2026-05-21T19:10:00.000Z', to: '2026-05-21T19:40:00.000Z' })
    expect(soak).toMatchObject({ valid: 7, repaired: 7, expected: null })
  })

  it.each([
    [78, ['--legacy-snapshot', 'none.json']],
    [78, ['--legacy', 'none.jsonl']],
    [2, ['--legacy', '--legacy-start', '2026-05-21T19:10:00Z', SOAK]],
    [2, ['--legacy', '--daily', SOAK]],
    [2, ['--legacy-start', 'yesterday', '--legacy-interval', '5m', SOAK]],
  ])('ends with %i for %j and leaves nothing', (expected, args) => {
    expect(report(...args).code).toBe(expected)
    expect(existsSync(join(root, 'out'))).toBe(false)
  })
})
