import type { Scales } from './paths.js'
import { px } from './scale.js'
import type { Line } from './series.js'

/** Fitted slope of the line of this name. */
export interface Trend {
  readonly label: string
  readonly perHour: number
  /** Time that the fit covers, up to the end of the line. */
  readonly hours: number
}

const HOUR_S = 3600

/** Straight through the centre of the buckets that the fit covers. */
export function trendPath(trend: Trend, lines: readonly Line[], { x, y }: Scales): string {
  const line = lines.find((candidate) => candidate.label === trend.label)
  const end = line?.points.at(-1)?.[0]
  if (line === undefined || end === undefined) return ''
  const covered = line.points.filter(([t]) => t >= end - trend.hours * HOUR_S)
  const start = covered[0]?.[0] ?? end
  const meanT = covered.reduce((sum, [t]) => sum + t, 0) / covered.length
  const mean = covered.reduce((sum, [, low, high]) => sum + (low + high) / 2, 0) / covered.length
  const at = (t: number): string => px(y(mean + ((t - meanT) / HOUR_S) * trend.perHour))
  return `<path class="trend" d="M${px(x(start))} ${at(start)}L${px(x(end))} ${at(end)}"/>`
}
