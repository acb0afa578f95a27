import type { Series } from '../../report/schema.js'

export type Point = Series['lines'][number]['points'][number]
export type Line = Series['lines'][number]

const MIB = 2 ** 20

/** Bytes are drawn as MiB, percentages as shares; everything else as it is. */
const FACTORS: ReadonlyMap<string, { unit: string; factor: number }> = new Map([
  ['bytes', { unit: 'MiB', factor: 1 / MIB }],
  ['%', { unit: 'share', factor: 0.01 }],
])

/** Lines that have points, each in order of time, in the unit that is shown. */
export function presented(series: Series): { unit: string; lines: Line[] } {
  const { unit, factor } = FACTORS.get(series.unit) ?? { unit: series.unit, factor: 1 }
  const scaled = ([t, least, most]: Point): Point => [t, least * factor, most * factor]
  const lines = series.lines
    .filter((line) => line.points.length > 0)
    .map((line) => ({ label: line.label, points: line.points.map(scaled).toSorted((a, b) => a[0] - b[0]) }))
  return { unit, lines }
}

export interface LineSummary {
  readonly label: string
  readonly least: number
  readonly most: number
  readonly last: number
}

export function summarise(line: Line): LineSummary {
  const least = line.points.reduce((found, point) => Math.min(found, point[1]), Number.POSITIVE_INFINITY)
  const most = line.points.reduce((found, point) => Math.max(found, point[2]), Number.NEGATIVE_INFINITY)
  return { label: line.label, least, most, last: line.points.at(-1)?.[2] ?? most }
}

/** Median distance of neighbouring buckets, s; 0 for a single point. */
export function medianStep(points: readonly Point[]): number {
  const steps = points.slice(1).map((point, i) => point[0] - (points[i]?.[0] ?? 0))
  steps.sort((a, b) => a - b)
  return steps[Math.floor(steps.length / 2)] ?? 0
}

/** More than this many steps without a bucket is a time without measurement, and no line is drawn through it. */
const GAP_STEPS = 2.5

/** Runs of buckets without a gap between them. */
export function segments(points: readonly Point[]): Point[][] {
  const limit = medianStep(points) * GAP_STEPS
  const found: Point[][] = []
  let previous = Number.NEGATIVE_INFINITY
  for (const point of points) {
    const current = found.at(-1)
    if (current === undefined || point[0] - previous > limit) found.push([point])
    else current.push(point)
    previous = point[0]
  }
  return found
}
