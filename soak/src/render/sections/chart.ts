import type { Report, SeriesName } from '../../report/schema.js'
import type { Block } from '../document.js'
import { muted, paragraph } from '../parts.js'

/** The chart of a series, or a sentence where the report has none. */
export function chart(report: Report, name: SeriesName, title: string, note: string): Block[] {
  const series = report.series[name]
  const isEmpty = series === undefined || series.lines.every((line) => line.points.length === 0)
  return isEmpty
    ? [paragraph(muted(`${title}: nothing was measured.`))]
    : [{ kind: 'chart', name, title, note, series }]
}
