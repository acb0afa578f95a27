import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { lintTables, renderHtml, renderMarkdown, renderSummary } from '../../src/index.js'
import { FIXTURES, NAMES, readReport, withBuckets } from '../support/reports.js'

/** Writes the golden files anew; look at them before you commit. */
const UPDATE = process.env.MONTANA_UPDATE_GOLDEN === '1'

const WRITERS = { md: renderMarkdown, html: renderHtml } as const
const CASES = NAMES.flatMap((name) => (['md', 'html'] as const).map((kind) => ({ name, kind })))

describe('a report', () => {
  const zone = process.env.TZ
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })

  it.each(CASES)('$name as $kind is the golden file, byte for byte', ({ name, kind }) => {
    const file = join(FIXTURES, `${name}.${kind}`)
    const rendered = WRITERS[kind](readReport(name))
    if (UPDATE) writeFileSync(file, rendered)
    expect(rendered === readFileSync(file, 'utf8'), `${file} differs; MONTANA_UPDATE_GOLDEN=1 writes it anew`).toBe(
      true,
    )
  })

  it.each(CASES)('$name as $kind has the same bytes in another time zone', ({ name, kind }) => {
    const here = WRITERS[kind](readReport(name))
    process.env.TZ = 'Asia/Kathmandu'
    expect(WRITERS[kind](readReport(name)) === here).toBe(true)
  })

  it.each(NAMES)('%s.md has sound tables', (name) => {
    expect(lintTables(renderMarkdown(readReport(name)))).toEqual([])
  })

  it('shows outputs that exist already, with their hashes', () => {
    const outputs = [{ file: 'report.json', sha256: 'ab'.repeat(32) }]
    expect(renderMarkdown(readReport('report-pass'), { outputs })).toContain(
      `| \`report.json\` | \`${'ab'.repeat(32)}\` |`,
    )
    expect(renderHtml(readReport('report-pass'), { outputs })).toContain('ab'.repeat(32))
  })

  it('of a month keeps its charts small', () => {
    const month = withBuckets(readReport('report-pass'), 600)
    expect(renderHtml(month).length).toBeLessThan(1_000_000)
  })

  it('has a short form for a terminal, with colour only where it is wanted', () => {
    const summary = renderSummary(readReport('report-fail'), { color: false, directory: 'reports/2026-08-16' })
    expect(summary).toContain('FAIL  Not fit for a release')
    expect(summary).toContain('Compressed run (30\u00d7, 25 min of real time)')
    expect(summary).toContain('F-STALL armenia, 2026-08-16 14:38:20\u201314:45:00Z (explains 1 other finding)')
    expect(summary).toMatch(/Report: reports\/2026-08-16\n$/)
    expect(summary).not.toContain('\u001b')
    expect(renderSummary(readReport('report-fail'), { color: true })).toContain('\u001b[1;31mFAIL')
  })
})
