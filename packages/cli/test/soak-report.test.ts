import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lintTables, reportSchema } from '@montana/soak'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const FOUNDING = join(import.meta.dirname, '..', '..', '..', 'soak', 'test', 'fixtures', 'founding')
const AT = '2026-05-21T19:40:02.000Z'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'soak-report-'))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

function soak(...args: string[]) {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MONTANA_')))
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'soak', ...args], {
    ...{ cwd: root, env: environment, encoding: 'utf8' },
  })
  return { code: status, stdout, stderr }
}

const founding = ['--legacy', '--legacy-snapshot', join(FOUNDING, 'snapshot.json'), join(FOUNDING, 'soak.jsonl')]

/** Two polls of a configured node that is not there: whole records of an absence. */
function pollTwice(): string {
  writeFileSync(
    join(root, 'soak.yaml'),
    'nodes: [{label: moscow, status_url: "http://127.0.0.1:9"}]\npath: soak.jsonl\n',
  )
  for (const _ of [0, 1]) expect(soak('poll', '--config', 'soak.yaml').code).toBe(0)
  return join(root, 'soak.jsonl')
}

describe('montana soak report', () => {
  it('writes data, text and page of the same report, and exits 0 whatever the verdict', () => {
    const { code, stdout } = soak('report', ...founding, '--generated-at', AT, '--out', 'out', '--json')
    expect(code).toBe(0)
    const report = reportSchema.parse(JSON.parse(readFileSync(join(root, 'out', 'report.json'), 'utf8')))
    expect(report).toMatchObject({ schema: 'montana.report/1', verdict: 'FAIL', generated_at: AT })
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'FAIL', reportDir: join(root, 'out'), rows: report.rows })
    expect(lintTables(readFileSync(join(root, 'out', 'report.md'), 'utf8'))).toEqual([])
    expect(readFileSync(join(root, 'out', 'report.html'), 'utf8')).toContain('Montana deep retrospective')
    expect(readdirSync(join(root, 'out')).sort()).toEqual(['SHA256SUMS', 'report.html', 'report.json', 'report.md'])
  })

  it('gives the same bytes for the same inputs', () => {
    for (const out of ['one', 'two']) soak('report', ...founding, '--generated-at', AT, '--out', out)
    const sums = (out: string) => readFileSync(join(root, out, 'SHA256SUMS'), 'utf8')
    expect(sums('two')).toBe(sums('one'))
  })

  it('exits 1 with --gate unless the verdict is PASS', () => {
    expect(soak('report', ...founding, '--generated-at', AT, '--out', 'out', '--gate').code).toBe(1)
  })

  it('judges the file of a configuration, beside it', () => {
    pollTwice()
    const { code, stdout } = soak('report', '--config', 'soak.yaml')
    expect(code).toBe(0)
    expect(stdout).toContain('FAIL')
    const report = reportSchema.parse(JSON.parse(readFileSync(join(root, 'report', 'report.json'), 'utf8')))
    expect(report.findings.map(({ key }) => key)).toEqual(['F-COVERAGE:moscow', 'F-UNREACH:moscow'])
    expect(JSON.stringify(report)).not.toContain('127.0.0.1')
  })

  it('names the flag whose file is missing or wrong, and leaves nothing behind', () => {
    const file = pollTwice()
    writeFileSync(join(root, 'wrong.json'), '[{"component": 1}]')
    for (const [field, ...args] of [
      ['file', 'nofile.jsonl'],
      ['digest', file, '--digest', 'wrong.json'],
      ['claims', file, '--claims', 'wrong.json'],
      ['evidence', file, '--evidence', 'nofile'],
      ['thresholds', file, '--thresholds', 'wrong.json'],
    ] as const) {
      const { code, stdout } = soak('report', ...args, '--out', 'out', '--json')
      expect([field, code, JSON.parse(stdout).error.field]).toEqual([field, 78, field])
    }
    for (const flag of ['--from', '--to', '--generated-at']) {
      expect(soak('report', file, flag, 'yesterday', '--json').code).toBe(2)
    }
    expect(readdirSync(root)).not.toContain('out')
  })

  it('ends with one line where a report cannot be written, also where the system never would', () => {
    const file = pollTwice()
    for (const out of [file, join(file, 'below'), '/proc/montana-report']) {
      const { code, stdout } = soak('report', file, '--out', out, '--json')
      expect([out, code, JSON.parse(stdout).error.field]).toEqual([out, 78, 'out'])
    }
  })

  it.each(['report', 'verify'])('%s asks for a soak file where none is named', (command) => {
    const { code, stderr } = soak(command)
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: no soak file is named; name a soak file, [^\n]+\n$/),
    ])
  })
})

describe('montana soak verify', () => {
  it('is OK for what the watchdog wrote, and names line and kind of a change', () => {
    const file = pollTwice()
    expect(soak('verify', file, '--json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"verdict":"OK","records":2,"defects":[]'),
    })
    writeFileSync(file, readFileSync(file, 'utf8').replace('"moscow"', '"Moscow"'))
    const { code, stdout } = soak('verify', file, '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'DEFECT', defects: [{ line: 1, seq: 0, kind: 'chain_break' }] })
  })

  it('names every rebuilt record of an old file', () => {
    const { code, stdout } = soak('verify', '--legacy', join(FOUNDING, 'soak.jsonl'))
    expect(code).toBe(1)
    expect(stdout).toMatch(/soak\.jsonl:1: torn, record 0\n/)
  })

  it('exits 78 for a file that is not there', () => {
    for (const args of [['nofile'], ['--legacy', 'nofile']]) expect(soak('verify', ...args).code).toBe(78)
  })
})
