import { shorten, visible } from '../visible.js'
import type { Scale } from './scale.js'

/** A shaded time, s since the start of the chart. */
export interface Band {
  readonly from: number
  readonly to: number
  readonly label: string
}

export interface BandLayout {
  readonly x: number
  readonly width: number
  readonly text: string
  /** Null: no room for the name, which stands in the table of drills. */
  readonly lane: number | null
}

const LANES = 3
/** Mean width of a character of 11 px. */
const CHARACTER_PX = 6.1
const LABEL_LENGTH = 30
/** Narrower is not seen. */
const LEAST_PX = 2

/** Names go to the lowest lane that has room, in order of time. */
export function layBands(bands: readonly Band[], x: Scale, right: number): BandLayout[] {
  const ends = Array.from({ length: LANES }, () => Number.NEGATIVE_INFINITY)
  return bands
    .toSorted((a, b) => a.from - b.from || a.to - b.to)
    .map((band) => {
      const start = x(band.from)
      const text = shorten(visible(band.label), LABEL_LENGTH)
      const end = start + 10 + text.length * CHARACTER_PX
      const lane = ends.findIndex((taken) => taken <= start && end <= right)
      if (lane >= 0) ends[lane] = end
      return { x: start, width: Math.max(LEAST_PX, x(band.to) - start), text, lane: lane < 0 ? null : lane }
    })
}

export function laneCount(bands: readonly BandLayout[]): number {
  return bands.reduce((count, band) => Math.max(count, (band.lane ?? -1) + 1), 0)
}
