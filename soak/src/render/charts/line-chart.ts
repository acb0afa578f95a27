import type { Series } from '../../report/schema.js'
import { fixed } from '../numbers.js'
import { type Band, type BandLayout, laneCount, layBands } from './bands.js'
import { describe } from './describe.js'
import { type EndLabel, endLabels } from './end-labels.js'
import { drillBands, type Frame, frameOf, PLOT_LEFT, PLOT_RIGHT, svg, timeAxis } from './frame.js'
import { COLOURS, lineStyle } from './line-style.js'
import { dotPath, EDGES, type Edge, envelopePath, linePath, type Scales } from './paths.js'
import { linear, niceTicks, px, type Ticks } from './scale.js'
import { type Line, presented, summarise } from './series.js'
import { chartSeconds, timeTicks } from './time-ticks.js'
import { type Trend, trendPath } from './trend.js'

export interface LineChartOptions {
  readonly id: string
  readonly title: string
  readonly bands: readonly Band[]
  readonly edge: Edge
  readonly isStepped: boolean
  /** Values that the axis shows at least. */
  readonly least: number
  readonly most: number
  /** Whole numbers: ticks are not closer than 1. */
  readonly isCount: boolean
  /** Accepted range, drawn as a band with the expected value as a rule. */
  readonly accepted?: { readonly low: number; readonly high: number; readonly expected: number }
  readonly trends?: readonly Trend[]
}

const PLOT_PX = 200
const Y_TICKS = 5
const X_TICKS = 9

function ticksOf(lines: readonly Line[], options: LineChartOptions): Ticks {
  const all = lines.map(summarise)
  const low = all.reduce((found, line) => Math.min(found, line.least), options.least)
  const high = all.reduce((found, line) => Math.max(found, line.most), options.most)
  return niceTicks(low, high, Y_TICKS, options.isCount ? 1 : 0)
}

function yAxis(ticks: Ticks, { y }: Scales): string {
  const marks = ticks.values.map((value) => {
    const at = px(y(value))
    const label = fixed(value, ticks.digits)
    return `<path class="grid" d="M${PLOT_LEFT} ${at}H${PLOT_RIGHT}"/><text class="axis" x="${PLOT_LEFT - 8}" y="${px(y(value) + 4)}" text-anchor="end">${label}</text>`
  })
  return marks.join('')
}

function acceptedBand(options: LineChartOptions, { y }: Scales): string {
  if (options.accepted === undefined) return ''
  const { low, high, expected } = options.accepted
  const width = PLOT_RIGHT - PLOT_LEFT
  const area = `<rect class="accepted" x="${PLOT_LEFT}" y="${px(y(high))}" width="${width}" height="${px(y(low) - y(high))}"/>`
  return `${area}<path class="expected" d="M${PLOT_LEFT} ${px(y(expected))}H${PLOT_RIGHT}"/>`
}

function drawLine(line: Line, index: number, scales: Scales, options: LineChartOptions): string {
  const colour = index % COLOURS
  const { edge, isStepped } = options
  return [
    pathOf(`class="envelope f${colour}"`, isStepped ? '' : envelopePath(line.points, scales)),
    pathOf(lineStyle(index), linePath(line.points, scales, edge, isStepped)),
    pathOf(`class="dot c${colour}"`, dotPath(line.points, scales, edge)),
  ].join('')
}

function pathOf(style: string, d: string): string {
  return d === '' ? '' : `<path ${style} d="${d}"/>`
}

function labelOf(line: Line, index: number, { x, y }: Scales, options: LineChartOptions, digits: number): EndLabel {
  const last = line.points.at(-1) ?? [0, 0, 0]
  const value = EDGES[options.edge](last)
  return { index, text: line.label, value: fixed(value, digits), x: x(last[0]), y: y(value) }
}

function body(lines: readonly Line[], frame: Frame, scales: Scales, options: LineChartOptions, ticks: Ticks): string {
  const digits = options.isCount ? 0 : ticks.digits + 1
  const labels = lines.map((line, i) => labelOf(line, i, scales, options, digits))
  return [
    acceptedBand(options, scales),
    ...lines.map((line, i) => drawLine(line, i, scales, options)),
    ...(options.trends ?? []).map((trend) => trendPath(trend, lines, scales)),
    endLabels(labels, frame.top, frame.bottom, PLOT_RIGHT),
  ].join('')
}

/** Lines over time as an SVG element, with shaded drills; a pure function of its arguments. */
export function lineChart(series: Series, options: LineChartOptions): string {
  const { unit, lines } = presented(series)
  const x = linear([0, chartSeconds(series.from, series.to)], [PLOT_LEFT, PLOT_RIGHT])
  const bands: BandLayout[] = layBands(options.bands, x, PLOT_RIGHT + 160)
  const frame = frameOf(PLOT_PX, laneCount(bands), x)
  const ticks = ticksOf(lines, options)
  const y = linear([ticks.values[0] ?? 0, ticks.values.at(-1) ?? 1], [frame.bottom, frame.top])
  const scales = { x, y }
  const parts = [
    drillBands(frame, bands),
    yAxis(ticks, scales),
    timeAxis(frame, timeTicks(series.from, series.to, X_TICKS)),
    body(lines, frame, scales, options, ticks),
  ]
  return svg(
    frame,
    { id: options.id, title: options.title, description: describe(series, unit, lines) },
    parts.join(''),
  )
}
