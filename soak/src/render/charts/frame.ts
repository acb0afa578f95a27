import { escapeHtml } from '../escape.js'
import type { BandLayout } from './bands.js'
import { px, type Scale } from './scale.js'
import type { TimeTick } from './time-ticks.js'

/** Width of every chart, px of its own coordinates. */
export const WIDTH = 960
export const PLOT_LEFT = 56
/** Room for a label of 20 characters at the end of a line. */
export const PLOT_RIGHT = WIDTH - 192
const AXIS_PX = 26
export const LANE_PX = 17

export interface Frame {
  readonly top: number
  readonly bottom: number
  readonly height: number
  readonly x: Scale
}

/** Drill labels above, then the plot, then the axis. */
export function frameOf(plotPx: number, lanes: number, x: Scale): Frame {
  const top = 12 + lanes * LANE_PX
  return { top, bottom: top + plotPx, height: top + plotPx + AXIS_PX, x }
}

export function timeAxis(frame: Frame, ticks: readonly TimeTick[]): string {
  const marks = ticks.map(({ t, label }) => {
    const x = px(frame.x(t))
    return `<path class="tick" d="M${x} ${frame.bottom}v5"/><text class="axis" x="${x}" y="${frame.bottom + 18}" text-anchor="middle">${label}</text>`
  })
  const rule = `<path class="rule" d="M${PLOT_LEFT} ${frame.bottom}H${PLOT_RIGHT}"/>`
  return `${rule}${marks.join('')}<text class="axis" x="${PLOT_RIGHT + 30}" y="${frame.bottom + 18}">UTC</text>`
}

function drillName(band: BandLayout, y: number): string {
  return `<text class="drill-label" x="${px(band.x + 4)}" y="${y}">${escapeHtml(band.text)}</text>`
}

/** Shaded times of drills, each with its name above; names come last, so that no edge runs through them. */
export function drillBands(frame: Frame, bands: readonly BandLayout[]): string {
  const height = frame.bottom - frame.top
  const areas = bands.map((band) => {
    return `<rect class="drill" x="${px(band.x)}" y="${frame.top}" width="${px(band.width)}" height="${height}"/>`
  })
  const named = bands.flatMap((band) => (band.lane === null ? [] : [{ band, y: 12 + band.lane * LANE_PX }]))
  const edges = named.map(({ band, y }) => `<path class="drill-edge" d="M${px(band.x)} ${y - 8}V${frame.bottom}"/>`)
  return [...areas, ...edges, ...named.map(({ band, y }) => drillName(band, y))].join('')
}

export interface SvgText {
  readonly id: string
  readonly title: string
  readonly description: string
}

export function svg(frame: Frame, { id, title, description }: SvgText, body: string): string {
  const head = `<svg class="chart" viewBox="0 0 ${WIDTH} ${frame.height}" role="img" aria-labelledby="${id}-title ${id}-desc">`
  const names = `<title id="${id}-title">${escapeHtml(title)}</title><desc id="${id}-desc">${escapeHtml(description)}</desc>`
  return `${head}${names}${body}</svg>`
}
