import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Report, reportSchema } from '../../src/report/schema.js'

export const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'render')

export const NAMES = ['report-pass', 'report-fail'] as const

/** `report-pass`: 24 hours of four nodes; `report-fail`: a compressed run with six drills and one fault that nobody planned. */
export function readReport(name: (typeof NAMES)[number]): Report {
  return reportSchema.parse(JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), 'utf8')))
}

/** The report with each line of each series drawn out to `count` buckets. */
export function withBuckets(report: Report, count: number): Report {
  const stretch = (line: { label: string; points: [number, number, number][] }) => {
    const points = Array.from({ length: count }, (_, i): [number, number, number] => {
      const [, least, most] = line.points[i % line.points.length] ?? [0, 0, 0]
      return [i * 4320, least, most]
    })
    return { label: line.label, points }
  }
  const series = Object.entries(report.series).map(([name, one]) => {
    return [name, { ...one, to: '2026-09-13T00:00:00.000Z', lines: one.lines.map(stretch) }]
  })
  return reportSchema.parse({ ...report, series: Object.fromEntries(series) })
}
