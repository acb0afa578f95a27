import type { Series } from '../../report/schema.js'
import { escapeHtml } from '../escape.js'
import { percent } from '../numbers.js'
import { shorten, visible } from '../visible.js'
import { type Band, laneCount, layBands } from './bands.js'
import { describe } from './describe.js'
import { drillBands, type Frame, frameOf, PLOT_LEFT, PLOT_RIGHT, svg, timeAxis } from './frame.js'
import { linear, px } from './scale.js'
import { type Line, medianStep, type Point, presented, segments, summarise } from './series.js'
import { chartSeconds, timeTicks } from './time-ticks.js'

export interface StripChartOptions {
  readonly id: string
  readonly title: string
  readonly bands: readonly Band[]
}

const BAR_PX = 20
const ROW_PX = 28
const X_TICKS = 9

interface Run {
  readonly from: number
  readonly to: number
  readonly share: number
}

/** Neighbouring buckets of the same share, as one; a bucket lasts until the next. */
function runsOf(points: readonly Point[], step: number): Run[] {
  const runs: Run[] = []
  for (const [t, least] of points) {
    const last = runs.at(-1)
    const share = Math.round(least * 100) / 100
    if (last !== undefined && last.share === share) runs[runs.length - 1] = { ...last, to: t + step }
    else runs.push({ from: t, to: t + step, share })
  }
  return runs.map((run, i) => ({ ...run, to: runs[i + 1]?.from ?? run.to }))
}

function drawRun(run: Run, frame: Frame, bottom: number): string {
  const x = frame.x(run.from)
  const width = Math.max(1, Math.min(frame.x(run.to), PLOT_RIGHT) - x)
  const height = run.share > 0 ? Math.max(3, BAR_PX * Math.min(1, run.share)) : BAR_PX
  const kind = run.share >= 1 ? 'full' : run.share > 0 ? 'partial' : 'none'
  return `<rect class="bar-${kind}" x="${px(x)}" y="${px(bottom - height)}" width="${px(width)}" height="${px(height)}"/>`
}

function drawRow(line: Line, index: number, frame: Frame): string {
  const bottom = frame.top + index * ROW_PX + BAR_PX + 4
  const step = medianStep(line.points) || 1
  const bars = segments(line.points)
    .flatMap((part) => runsOf(part, step))
    .map((run) => drawRun(run, frame, bottom))
  const track = `<rect class="track" x="${PLOT_LEFT}" y="${bottom - BAR_PX}" width="${PLOT_RIGHT - PLOT_LEFT}" height="${BAR_PX}"/>`
  const { least } = summarise(line)
  const name = escapeHtml(shorten(visible(line.label), 13))
  const value = `<tspan class="label-value" dx="5">least ${percent(least)}</tspan>`
  return `${track}${bars.join('')}<text class="label" x="${PLOT_RIGHT + 12}" y="${bottom - 6}">${name}${value}</text>`
}

const HATCH =
  '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
  '<rect class="hatch-ground" width="6" height="6"/><rect class="hatch-line" width="2.5" height="6"/></pattern></defs>'

/** One row of bars for each line, whose height is the share of each bucket; a pure function of its arguments. */
export function stripChart(series: Series, options: StripChartOptions): string {
  const { unit, lines } = presented(series)
  const x = linear([0, chartSeconds(series.from, series.to)], [PLOT_LEFT, PLOT_RIGHT])
  const bands = layBands(options.bands, x, PLOT_RIGHT + 160)
  const frame = frameOf(lines.length * ROW_PX + 4, laneCount(bands), x)
  const parts = [
    HATCH,
    ...lines.map((line, i) => drawRow(line, i, frame)),
    drillBands(frame, bands),
    timeAxis(frame, timeTicks(series.from, series.to, X_TICKS)),
  ]
  return svg(
    frame,
    { id: options.id, title: options.title, description: describe(series, unit, lines) },
    parts.join(''),
  )
}
