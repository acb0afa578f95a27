import type { Report, SeriesName } from '../../report/schema.js'
import type { ChartBlock } from '../document.js'
import { drillName } from '../phrases.js'
import type { Band } from './bands.js'
import { type LineChartOptions, lineChart } from './line-chart.js'
import { stripChart } from './strip-chart.js'
import type { Trend } from './trend.js'

type Shape = Omit<LineChartOptions, 'id' | 'title' | 'bands' | 'trends'>

const FROM_ZERO = { edge: 'most', isStepped: false, least: 0, most: 0, isCount: false } as const

const SHAPES: Readonly<Record<Exclude<SeriesName, 'coverage'>, Shape>> = {
  lag: { ...FROM_ZERO, most: 4, isCount: true },
  restarts: { ...FROM_ZERO, most: 2, isCount: true, isStepped: true },
  rss: FROM_ZERO,
  rtt: { ...FROM_ZERO, edge: 'middle' },
  heartbeat_ratio: {
    ...{ edge: 'middle', isStepped: false, least: 0.8, most: 1.2, isCount: false },
    accepted: { low: 0.9, high: 1.1, expected: 1 },
  },
}

/** Drills that happened within the chart, on its time axis. */
function bandsOf(report: Report, from: string, to: string): Band[] {
  const start = Date.parse(from)
  const end = Date.parse(to)
  return report.drills.flatMap((drill) => {
    const begin = drill.from === null ? Number.NaN : Date.parse(drill.from)
    const stop = drill.to === null ? end : Math.min(end, Date.parse(drill.to))
    if (!(begin <= end && stop >= start)) return []
    return [{ from: (Math.max(begin, start) - start) / 1000, to: (stop - start) / 1000, label: drillName(drill) }]
  })
}

/** Only in real time: the slope of a compressed run is no slope of a picture. */
function trendsOf(report: Report, name: SeriesName): Trend[] {
  if (name !== 'rss' || report.time_scale !== 1) return []
  return report.resources.flatMap(({ label, rss_slope }) =>
    rss_slope === null ? [] : [{ label, perHour: rss_slope.mib_per_h, hours: rss_slope.hours }],
  )
}

/** The chart of a block as SVG. */
export function drawChart(block: ChartBlock, report: Report): string {
  const { name, title, series } = block
  const common = { id: `chart-${name}`, title, bands: bandsOf(report, series.from, series.to) }
  if (name === 'coverage') return stripChart(series, common)
  return lineChart(series, { ...common, ...SHAPES[name], trends: trendsOf(report, name) })
}
