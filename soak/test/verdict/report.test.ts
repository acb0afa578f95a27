import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunData } from '../../src/analysis/run-data.js'
import { buildReport } from '../../src/report/build.js'
import { reportSchema } from '../../src/report/schema.js'
import { away } from '../support/drilled.js'
import { quality, runData, thresholds } from '../support/run-data.js'

describe('a report', () => {
  const input = (data: RunData) => ({
    ...{
      data,
      thresholds: { thresholds, sha256: 'c'.repeat(64) },
      tests: [],
      inputs: [],
      unknown: [],
      configSha256: null,
    },
    ...{
      generatedAt: '2026-01-02T00:00:00.000Z',
      orchestrator: 'collector',
      reproduction: { command: 'c', build: 'b' },
    },
  })

  it('fits its schema and is the same for the same input, whatever happened', () => {
    const labels = fc.constantFrom('moscow', 'frankfurt', 'helsinki', 'armenia')
    const spells = fc.array(fc.tuple(labels, fc.nat(20), fc.nat(5)), { maxLength: 4 })
    fc.assert(
      fc.property(spells, (all) => {
        const changes = Object.fromEntries(all.map(([label, first, length]) => [label, away(first, first + length)]))
        const text = JSON.stringify(buildReport(input(runData({ polls: 20, changes }))))
        expect(reportSchema.safeParse(JSON.parse(text)).error).toBeUndefined()
        expect(JSON.stringify(buildReport(input(runData({ polls: 20, changes }))))).toBe(text)
      }),
      { numRuns: 50 },
    )
  })

  it('names every finding in its rows by a key that exists', () => {
    const report = buildReport(input(runData({ changes: { armenia: away(4, 6), moscow: away(2, 2) } })))
    const keys = new Set(report.findings.map(({ key }) => key))
    expect(keys.size).toBe(report.findings.length)
    const named = [
      ...report.rows.flatMap(({ findings }) => findings),
      ...report.findings.flatMap(({ explained_by }) => explained_by ?? []),
    ]
    expect(named.filter((key) => !keys.has(key))).toEqual([])
  })

  it('says INSUFFICIENT of nothing at all', () => {
    const empty = runData({
      polls: 0,
      data: {
        fromMs: null,
        toMs: null,
        quality: quality(0, { coverage: null, expected: 0, lastSeq: null, lastSha256: null }),
      },
    })
    const report = buildReport(input(empty))
    expect(report.verdict).not.toBe('PASS')
    expect(report.findings.map(({ id }) => id)).toEqual(['F-COVERAGE'])
  })
})
