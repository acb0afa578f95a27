import { appendFileSync, mkdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SOAK_LINE_MAX_BYTES, SOAK_POINTS_MAX, SOAK_TAIL_BYTES } from '../src/constants.js'
import { parsePoint, type SoakPoint } from '../src/soak/point.js'
import { reportView } from '../src/soak/report.js'
import { soakSeries } from '../src/soak/series.js'
import { coverageOf, SoakFolder } from '../src/soak/soak-view.js'
import { SoakTail } from '../src/soak/tail.js'
import { tempFolder } from './support/console.js'
import { line, type NodeInit, type RecordInit, sha256 } from './support/records.js'

function fileWith(...records: RecordInit[]): string {
  const path = join(tempFolder(), 'soak.jsonl')
  writeFileSync(path, records.map(line).join(''))
  return path
}

const seqs = (tail: SoakTail) => tail.points.map(({ seq }) => seq)

describe('the tail of a soak file', () => {
  it('takes in what is appended, each line when it is whole', async () => {
    const path = fileWith({ seq: 0 })
    const tail = new SoakTail(path)
    await tail.refresh()
    const next = line({ seq: 1 })
    appendFileSync(path, next.slice(0, 50))
    await tail.refresh()
    expect(seqs(tail)).toEqual([0])
    appendFileSync(path, next.slice(50))
    await Promise.all([tail.refresh(), tail.refresh()])
    expect(seqs(tail)).toEqual([0, 1])
    expect(tail.lastSha256).toBe(sha256(next.trimEnd()))
    expect(tail.corrupt).toBe(0)
  })

  it('counts lines that are no records and goes on', async () => {
    const path = fileWith({ seq: 0 })
    appendFileSync(path, `{"torn": \nnot json\n${line({ seq: 1 })}`)
    const tail = new SoakTail(path)
    await tail.refresh()
    expect([seqs(tail), tail.corrupt]).toEqual([[0, 1], 2])
  })

  it('holds no line without end in memory', async () => {
    const path = fileWith({ seq: 0 })
    appendFileSync(path, `${'x'.repeat(SOAK_LINE_MAX_BYTES + 1)}\n${line({ seq: 1 })}`)
    const tail = new SoakTail(path)
    await tail.refresh()
    expect([seqs(tail), tail.corrupt]).toEqual([[0, 1], 1])
  })

  it('reads a long file from near its end, and keeps a bounded number of records', async () => {
    const path = join(tempFolder(), 'soak.jsonl')
    const one = line({ seq: 0 })
    const count = Math.ceil((SOAK_TAIL_BYTES * 1.1) / one.length)
    writeFileSync(path, Array.from({ length: count }, (_, seq) => line({ seq })).join(''))
    const tail = new SoakTail(path)
    await tail.refresh()
    expect([tail.points.length, seqs(tail).at(-1), tail.corrupt]).toEqual([SOAK_POINTS_MAX, count - 1, 0])
  })

  it('begins anew with a file that was begun anew, and goes on with one that was rotated', async () => {
    const path = fileWith({ seq: 0 }, { seq: 1 })
    const tail = new SoakTail(path)
    await tail.refresh()
    renameSync(path, `${path}.1`)
    writeFileSync(path, line({ seq: 2 }))
    await tail.refresh()
    expect(seqs(tail)).toEqual([0, 1, 2])
    truncateSync(path)
    await tail.refresh()
    appendFileSync(path, line({ seq: 0, runId: 'run-2' }))
    await tail.refresh()
    expect(tail.points.map(({ runId, seq }) => [runId, seq])).toEqual([['run-2', 0]])
  })
})

function points(...nodes: (readonly NodeInit[])[]): SoakPoint[] {
  return nodes.flatMap((of, seq) => parsePoint(line({ seq, nodes: of })) ?? [])
}

describe('series', () => {
  it('has gaps where a node did not answer or nothing was measured, never zeros', () => {
    const { nodes } = soakSeries(points([{ instance: 'a', rss: null }], [{}], [{ instance: 'a', lag: 2 }]))
    expect(nodes[0]).toMatchObject({ lag: [0, null, 2], rssBytes: [null, null, 1e8], restarts: [0, null, 0] })
  })

  it('has an entry for each record also of a node that came later', () => {
    const { nodes, t } = soakSeries(points([{ instance: 'a' }], [{ instance: 'a' }, { label: 'b', instance: 'b' }]))
    expect(t).toHaveLength(2)
    expect(nodes.map(({ label, lag }) => [label, lag])).toEqual([
      ['moscow', [0, 0]],
      ['b', [null, 0]],
    ])
  })

  it('counts a restart when another process answers', () => {
    const { nodes } = soakSeries(points([{ instance: 'a' }], [{}], [{ instance: 'b' }], [{ instance: 'c' }]))
    expect(nodes[0]?.restarts).toEqual([0, null, 1, 2])
  })

  it('takes ratios over enough heartbeats of one process', () => {
    const at = (instance: string, connectedS: number, ok: number) => [{ instance, connectedS, ok }]
    const { nodes } = soakSeries(
      points(at('a', 0, 0), at('a', 100, 20), at('a', 180, 35), at('a', 360, 53), at('b', 5, 1), at('b', 185, 37)),
    )
    expect(nodes[0]?.ratio).toEqual([null, null, 35 / 36, 18 / 36, null, 1])
  })

  it('never has more answers than heartbeats', () => {
    const at = (connectedS: number, ok: number, lost: number) => [{ instance: 'a', connectedS, ok, lost }]
    const { nodes } = soakSeries(points(at(0, 0, 0), at(180, 39, 0), at(360, 75, 3)))
    expect(nodes[0]?.ratio).toEqual([null, 1, 36 / 39])
  })

  it('counts polls by their slots', () => {
    const of = (...slots: number[]) => slots.flatMap((slot, seq) => parsePoint(line({ seq, slot })) ?? [])
    expect(coverageOf(of(0, 1, 3, 4))).toMatchObject({ expected: 5, valid: 4, isWholeRun: true })
    expect(coverageOf([])).toBeNull()
  })
})

const LABEL = 'moscow'
const RUN = {
  schema: 'montana.run/1',
  ...{ run_id: 'run-1', created_at: '2026-05-21T12:00:00.000Z', interval_ms: 5_000, deadline_ms: 3_000 },
  ...{ time_scale: 60, nodes: [{ label: LABEL, host: LABEL }], collector_node: null, pq_only: true },
  thresholds: { version: '1', sha256: 'ab'.repeat(32) },
  claims: [],
  drills: ['d1', 'd2', 'd3'].map((id) => ({ id, kind: 'kill', label: LABEL, peer: null, window: 5, duration_s: 3 })),
}

describe('what stands beside a soak file', () => {
  it('is the declared run, and the drills as far as they have come', async () => {
    const path = fileWith({ seq: 0 })
    const folder = join(path, '..')
    writeFileSync(join(folder, 'soak.run.json'), JSON.stringify(RUN))
    const [from, to] = ['2026-05-21T12:01:00.000Z', '2026-05-21T12:01:03.000Z']
    const events = [
      { id: 'd1', from, to: null },
      { id: 'd1', from, to },
      { id: 'd2', from, to: null },
    ]
    writeFileSync(join(folder, 'soak.drills.jsonl'), `${events.map((event) => JSON.stringify(event)).join('\n')}\n{"to`)
    const { run, drills } = await new SoakFolder(path).view(10)
    expect(run?.timeScale).toBe(60)
    expect(drills.map((drill) => [drill.id, drill.from, drill.to])).toEqual([
      ['d1', from, to],
      ['d2', from, null],
      ['d3', null, null],
    ])
  })

  it('is ignored where its form is not known, and a report is then said to be unreadable', async () => {
    const path = fileWith({ seq: 0 })
    const folder = join(path, '..')
    writeFileSync(join(folder, 'soak.run.json'), '{"schema":"montana.run/9"}')
    mkdirSync(join(folder, 'report'))
    const soak = new SoakFolder(path)
    const before = await soak.tick()
    writeFileSync(join(folder, 'report', 'report.json'), '{"schema":"montana.report/9"}')
    const after = await soak.tick()
    const { run, drills, report } = await soak.view(10)
    expect([before.report, after.report !== null]).toEqual([null, true])
    expect([run?.timeScale, drills, report?.readable, report?.verdict]).toEqual([null, [], false, null])
  })

  it('is the report, open and grave findings first and no more than are shown', () => {
    const finding = (severity: 'critical' | 'info', drill: string | null = null) => ({
      ...{ key: 'k', id: 'F-LAG', severity, node: LABEL, peer: null, from: null, to: null, value: 1, threshold: 1 },
      ...{ evidence: [], explained_by: null, drill, text: 't', remedy: 'r' },
    })
    const findings = [
      finding('critical', 'd1'),
      ...Array.from({ length: 198 }, () => finding('info')),
      finding('critical'),
    ]
    const report = { ...REPORT, findings, summary: { critical: 1, warning: 0, info: 198, explained: 2, drilled: 1 } }
    const view = reportView(report as never, false)
    expect(view.findings[0]).toMatchObject({ severity: 'critical', explained: false })
    expect(view.findings.at(-1)).toMatchObject({ severity: 'critical', explained: true })
    expect(view.summary).toEqual({ critical: 1, warning: 0, info: 198, accounted: 1 })
    const more = reportView({ ...report, findings: [...findings, finding('info'), finding('info')] } as never, false)
    expect([more.findings.length, more.moreFindings, more.hasPage]).toEqual([200, 2, false])
    expect(view.rows).toEqual([{ component: 'Soak', claim: 'c', verdict: 'FAIL', findings: 2, reasons: ['x'] }])
  })
})

const REPORT = {
  ...{ verdict: 'FAIL', closing: 'c', generated_at: '2026-05-21T12:00:00.000Z' },
  rows: [{ component: 'Soak', claim: 'c', verdict: 'FAIL', evidence: [], findings: ['a', 'b'], reasons: ['x'] }],
}
