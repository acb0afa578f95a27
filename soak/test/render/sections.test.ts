import { describe, expect, it } from 'vitest'
import { renderHtml, renderMarkdown } from '../../src/index.js'
import { type Report, SERIES } from '../../src/report/schema.js'
import { parseHtml } from '../support/html.js'
import { readReport } from '../support/reports.js'

const TITLES = [
  ...['0. Inputs', '1. Current state of all 4 nodes', '2. Heartbeat health', '3. Consensus state convergence'],
  ...['4. Resource pressure on each operator host', '5. Frequent error and warning lines', '6. Soak watchdog'],
  ...['7. Verdict', '8. Findings', '9. Reproduction'],
]

/** A report of inputs that tell nothing: everything that may be null is. */
function empty(): Report {
  const base = readReport('report-fail')
  const nothing = <T extends object>(row: T, keep: readonly string[]): T => {
    const entries = Object.entries(row).map(([key, value]) => [key, keep.includes(key) ? value : null])
    return Object.fromEntries(entries) as T
  }
  return {
    ...base,
    ...{ run_id: null, config_sha256: null, span: { from: null, to: null, seconds: null } },
    state: base.state.map((row) => ({ ...nothing(row, ['label']), reachable: false })),
    heartbeats: base.heartbeats.map((row) => nothing(row, ['label', 'trusted'])),
    convergence: {
      ...{ common_window: null, skew_ms: null },
      rows: base.convergence.rows.map((row) => nothing(row, ['label', 'agrees'])),
    },
    resources: base.resources.map((row) => nothing(row, ['label'])),
    ...{ errors: [], inputs: [], rows: [], findings: [], drills: [], unknown: [], series: {} },
    soak: {
      ...nothing(base.soak, ['valid', 'corrupt', 'duplicate', 'late', 'repaired']),
      gaps: [],
      defects: [],
      last: [],
    },
  }
}

function firstScreen(report: Report): string {
  return parseHtml(renderHtml(report).split('<nav')[0]?.split('<header>')[1]?.replace('</header>', '') ?? '').text
}

describe('the sections of a report', () => {
  it('are those of the founding report, in order', () => {
    const titles = renderMarkdown(readReport('report-fail')).match(/^## .*/gm)
    expect(titles).toEqual(TITLES.map((title) => `## ${title}`))
    const html = parseHtml(renderHtml(readReport('report-fail')))
    expect(html.tags.flatMap(({ name, attributes }) => (name === 'section' ? [attributes.get('id')] : []))).toEqual(
      TITLES.map((_, i) => `section-${i}`),
    )
  })

  it('begin with the verdict, why, and how far it reaches', () => {
    const report = readReport('report-fail')
    const screen = firstScreen(report)
    for (const wanted of [
      'FAIL',
      report.closing,
      '1 critical',
      'F-STALL',
      'Restart armenia',
      '150 of 150 polls',
      '25 min',
      'demo-6e21',
    ]) {
      expect(screen).toContain(wanted)
    }
    expect(screen).toContain(
      'Compressed run (30\u00d7, 25 min of real time): it proves the machinery and nothing about hours.',
    )
    expect(firstScreen(readReport('report-pass'))).not.toContain('Compressed')
  })

  it('name every planted drill with its time and what noticed it, and one that nothing noticed', () => {
    const report = readReport('report-fail')
    const drills = report.drills.map((drill) => (drill.id === 'd5' ? { ...drill, found: [] } : drill))
    const screen = firstScreen({ ...report, drills })
    expect(screen).toContain('kill helsinki2026-08-16 14:22:00ZF-UNREACH F-RESTART')
    expect(screen).toContain('clock armenia2026-08-16 14:35:40ZMISSED')
    expect(screen).toContain('5 of 6 noticed')
    expect(renderMarkdown({ ...report, drills })).toContain(
      '| d5 | clock | armenia | \u2014 | 2026-08-16 14:35:40\u201314:37:40Z | **MISSED** |',
    )
  })

  it('say the first finding of a row and link the others', () => {
    const report = readReport('report-fail')
    const [row] = report.rows
    const findings = ['F-A:x', 'F-B:y']
    const reasons = ['F-A:x: one', 'no test result', 'F-B:y: two']
    const markdown = renderMarkdown({ ...report, rows: row === undefined ? [] : [{ ...row, findings, reasons }] })
    expect(markdown).toContain('| F-A:x: one<br>no test result |')
    expect(markdown).toContain('`F-A:x`<br>`F-B:y`')
  })

  it('show a dash for what was not measured, never a zero', () => {
    const markdown = renderMarkdown(empty())
    expect(markdown).toContain(
      '| moscow **unreachable** | \u2014 | \u2014 | \u2014 | \u2014 | \u2014 | \u2014 | \u2014 | \u2014 | \u2014 | \u2014 |',
    )
    const html = parseHtml(renderHtml(empty()))
    const absent = html.tags.filter(({ attributes }) => attributes.get('class') === 'absent')
    expect(absent.length).toBeGreaterThan(100)
    expect(absent.every(({ attributes }) => (attributes.get('title') ?? '') !== '')).toBe(true)
    expect(html.text).toContain('Lag behind the head: nothing was measured.')
  })

  it('hold one chart for each series, with a title and a description', () => {
    const html = parseHtml(renderHtml(readReport('report-fail')))
    const charts = html.tags.filter(({ name, attributes }) => name === 'svg' && attributes.get('role') === 'img')
    const named = charts.map(({ attributes }) => attributes.get('aria-labelledby'))
    expect(named.toSorted()).toEqual(SERIES.map((name) => `chart-${name}-title chart-${name}-desc`).toSorted())
    expect(html.text).toContain('armenia: 0 to 64, last 64')
  })

  it('give every table headers with a scope and every id once', () => {
    const { tags } = parseHtml(renderHtml(readReport('report-fail')))
    const scopes = tags.filter(({ name }) => name === 'th').map(({ attributes }) => attributes.get('scope'))
    expect(new Set(scopes)).toEqual(new Set(['col', 'row']))
    const ids = tags.flatMap(({ attributes }) => attributes.get('id') ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    const links = tags.flatMap(({ name, attributes }) => (name === 'a' ? [attributes.get('href')?.slice(1) ?? ''] : []))
    expect(links.filter((link) => !ids.includes(link))).toEqual([])
  })

  it('ask for nothing from outside', () => {
    const { tags } = parseHtml(renderHtml(readReport('report-fail')))
    const policy = tags.find(({ attributes }) => attributes.get('http-equiv') === 'Content-Security-Policy')
    expect(policy?.attributes.get('content')).toBe("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    expect(tags.filter(({ name }) => ['script', 'img', 'iframe', 'object', 'form'].includes(name))).toEqual([])
    const addresses = tags.flatMap(({ attributes }) => [attributes.get('href'), attributes.get('src')])
    expect(addresses.filter((address) => address !== undefined && !/^(#|data:,$)/.test(address))).toEqual([])
  })
})
