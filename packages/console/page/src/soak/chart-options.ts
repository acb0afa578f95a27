import uPlot from 'uplot'
import type { ChartInit } from './chart.js'

const HEIGHT_PX = 168
const LINE_PX = 1.75
const AXIS_PX = 46
const X_AXIS_PX = 26
/** Half of a time of day: the last label of the axis may stand below the very end. */
const END_PX = 28
const DAY_S = 86_400
const SYNC_KEY = 'soak'
const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3]]

export interface ChartSetup {
  readonly init: ChartInit
  readonly labels: readonly string[]
  readonly box: HTMLElement
  bands(): readonly (readonly [number, number])[]
  /** Which record is under the pointer; null for none. */
  onIndex(index: number | null): void
}

/** Colours are those of the style sheet, so that charts follow the scheme of the page. */
export function chartOptions({ init, labels, box, bands, onIndex }: ChartSetup): uPlot.Options {
  const colour = coloursOf(box)
  const stepped = uPlot.paths.stepped?.({ align: 1 })
  return {
    width: Math.max(200, Math.floor(box.clientWidth)),
    height: HEIGHT_PX,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    legend: { show: false },
    padding: [10, END_PX, 0, 0],
    cursor: { sync: { key: SYNC_KEY }, y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: { y: { range: (_, __, max) => [init.from, topOf(init, max)] } },
    axes: [
      { ...axis(colour), size: X_AXIS_PX, space: 64, values: (_, splits) => timeLabels(splits) },
      { ...axis(colour), size: AXIS_PX, space: 34, values: (_, splits) => splits.map((split) => tick(init, split)) },
    ],
    series: [
      {},
      ...labels.map((label, index) => ({
        label,
        stroke: colour(`--series-${(index % 8) + 1}`),
        width: LINE_PX,
        dash: DASHES[index % DASHES.length] ?? [],
        points: { show: isAlone, size: 5, fill: colour(`--series-${(index % 8) + 1}`) },
        ...(init.isStepped && stepped && { paths: stepped }),
      })),
    ],
    hooks: {
      drawClear: [(plot) => drawBands(plot, bands(), colour('--band'))],
      setCursor: [({ cursor: { idx } }) => onIndex(idx ?? null)],
    },
  }
}

/** Fewer than three values make no line that can be seen. */
function isAlone(_: uPlot, __: number, from: number, to: number): boolean {
  return to - from < 2
}

function coloursOf(box: HTMLElement): (name: string) => string {
  const style = getComputedStyle(box)
  return (name) => style.getPropertyValue(name).trim()
}

function axis(colour: (name: string) => string): uPlot.Axis {
  const line = { stroke: colour('--line'), width: 1 }
  return { stroke: colour('--muted'), font: '11px system-ui, sans-serif', grid: line, ticks: { ...line, size: 4 } }
}

/** A scale that ends with the values, but not below what makes small values look small. */
function topOf({ least }: ChartInit, max: number | null): number {
  return Math.max(least, (max ?? 0) * 1.1)
}

function tick(init: ChartInit, split: number): string {
  if (init.isStepped && !Number.isInteger(split)) return ''
  return init.format(split).replace(' MiB', '')
}

function timeLabels(splits: readonly number[]): string[] {
  const step = (splits[1] ?? 0) - (splits[0] ?? 0)
  const [from, to] = step >= DAY_S ? [5, 10] : [11, step < 60 ? 19 : 16]
  return splits.map((split) => new Date(split * 1000).toISOString().slice(from, to))
}

/** Planned faults lie under the lines, at least as wide as can be seen. */
function drawBands(plot: uPlot, bands: readonly (readonly [number, number])[], colour: string): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.fillStyle = colour
  for (const [from, to] of bands) {
    const left = Math.max(bbox.left, plot.valToPos(from, 'x', true))
    const end = Number.isFinite(to) ? plot.valToPos(to, 'x', true) : bbox.left + bbox.width
    const right = Math.min(bbox.left + bbox.width, Math.max(end, left + 2))
    if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height)
  }
  ctx.restore()
}
