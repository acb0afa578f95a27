import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createReport, loadDigest, type SoakRecord } from '../src/index.js'
import { chainedLines, INTERVAL_MS, START_MS, writeSoakFile } from './support/chain.js'
import { tempFolder } from './support/fixture.js'

const judged = async (lines: readonly string[], options: Partial<Parameters<typeof createReport>[0]> = {}) => {
  const path = join(tempFolder(), 'soak.jsonl')
  writeSoakFile(path, lines)
  return await createReport({
    files: [path],
    generatedAt: '2026-11-26T00:00:00.000Z',
    command: 'c',
    build: 'b',
    ...options,
  })
}
const without = (label: string, seqs: readonly number[]) => (record: SoakRecord) =>
  seqs.includes(record.seq) ? { nodes: record.nodes.filter((node) => node.label !== label) } : {}
const keysOf = (report: Awaited<ReturnType<typeof createReport>>) => report.findings.map(({ key }) => key)

describe('a report of records that hide something', () => {
  it('counts a node that some of them do not name as one that did not answer', async () => {
    const report = await judged(chainedLines(20, without('helsinki', [7, 8, 9])))
    expect(report.findings.find(({ id }) => id === 'F-UNREACH')).toMatchObject({
      ...{ node: 'helsinki', severity: 'critical', value: 3 },
      text: 'no answer in 3 polls: NOT_RECORDED',
    })
  })

  it('sees a gap in the times that the numbers of the slots do not show', async () => {
    const late = 3_600_000
    const lines = chainedLines(40, ({ seq, ts, mono_ms }) =>
      seq < 20 ? {} : { ts: new Date(Date.parse(ts) + late).toISOString(), mono_ms: mono_ms + late },
    )
    const { soak } = await judged(lines)
    expect(soak.gaps.map(({ missing }) => missing)).toEqual([late / INTERVAL_MS])
  })

  it('names a wall clock of the watchdog that jumped, in either direction', async () => {
    const report = await judged(
      chainedLines(12, ({ seq, ts }) => (seq === 6 ? { ts: new Date(Date.parse(ts) - 8000).toISOString() } : {})),
    )
    const steps = report.findings.filter(({ id, text }) => id === 'F-CLOCK' && text.includes('watchdog'))
    expect(steps.map(({ severity, value }) => [severity, value])).toEqual([
      ['critical', -8000],
      ['critical', 8000],
    ])
  })

  it('is of one run', async () => {
    const other = join(tempFolder(), 'other.jsonl')
    writeSoakFile(
      other,
      chainedLines(5, () => ({ run_id: 'another' })),
    )
    const path = join(tempFolder(), 'soak.jsonl')
    writeSoakFile(path, chainedLines(5))
    const report = await judged([...chainedLines(2)], { files: [other, path] })
    expect(report.soak.defects.map(({ kind }) => kind)).toEqual(['run_mixed'])
  })

  it('takes no absence that was declared afterwards, and rests nothing on a run without a document', async () => {
    const claims = [{ component: 'Fast-sync M7' as const, state: 'absent' as const, claim: '', span_s: null }]
    const report = await judged(chainedLines(12), { claims })
    expect(report.rows.find(({ component }) => component === 'Fast-sync M7')?.verdict).toBe('INSUFFICIENT')
    expect(report.rows.find(({ component }) => component === 'Soak watchdog')?.reasons[0]).toMatch(
      /not declared before/,
    )
  })

  it('judged by relaxed thresholds proves nothing', async () => {
    const file = join(tempFolder(), 'thresholds.json')
    const own = await import('../thresholds.v1.json', { with: { type: 'json' } })
    writeFileSync(file, JSON.stringify({ ...own.default, coverage_min: 0, claim_span_s: 1 }))
    const report = await judged(chainedLines(12), { thresholdsFile: file })
    expect(report.rows.find(({ component }) => component === 'Soak watchdog')?.verdict).toBe('INSUFFICIENT')
  })

  it('takes addresses and keys out of a digest that somebody else made', async () => {
    const file = join(tempFolder(), 'digest.json')
    const line = { template: 'dial /ip4/203.0.113.7/tcp/8444', sample: 'dial 2001:db8::1 password=hunter2' }
    const entry = { unit: null, code: 'UNCODED', priority: 3, count: 1, first: null, last: null }
    const entries = [{ ...entry, ...line, window_min: null, window_max: null }]
    const head = { schema: 'montana.digest/1', label: 'moscow', from: null, to: null, source: 'file', units: [] }
    writeFileSync(file, JSON.stringify({ ...head, entries, unattributed: 1, dropped: 0 }))
    const text = JSON.stringify(await judged(chainedLines(3), { digests: [await loadDigest(file)] }))
    expect(text).toContain('<ip>')
    expect(text).not.toMatch(/203\.0\.113|2001:db8|hunter2/)
  })

  it('says how much of it the bounds of time leave out', async () => {
    const report = await judged(chainedLines(20), { fromMs: START_MS + 15 * INTERVAL_MS })
    expect(report.unknown).toContain(
      '15 records lie outside of the time that was asked for, and nothing is said of them.',
    )
    expect(keysOf(report)).not.toContain('F-COVERAGE:run')
  })
})
