import { px, type Scale } from './scale.js'
import { type Point, segments } from './series.js'

export interface Scales {
  readonly x: Scale
  readonly y: Scale
}

type Pick = (point: Point) => number

const least: Pick = (point) => point[1]
const most: Pick = (point) => point[2]
const middle: Pick = (point) => (point[1] + point[2]) / 2

/** Which edge of a bucket the line follows. */
export const EDGES = { most, middle } as const
export type Edge = keyof typeof EDGES

interface Spot {
  readonly x: string
  readonly y: string
}

function spots(points: readonly Point[], { x, y }: Scales, pick: Pick): Spot[] {
  return points.map((point) => ({ x: px(x(point[0])), y: px(y(pick(point))) }))
}

/** Leaves out what lies between two spots of the same height: the picture stays the same. */
function withoutLevels(all: readonly Spot[]): Spot[] {
  return all.filter((spot, i) => spot.y !== all[i - 1]?.y || spot.y !== all[i + 1]?.y)
}

const join = (all: readonly Spot[]): string =>
  withoutLevels(all)
    .map(({ x, y }) => `${x} ${y}`)
    .join('L')

/** Holds a value until the next one. */
function steps(all: readonly Spot[]): string {
  return withoutLevels(all)
    .map(({ x, y }, i) => (i === 0 ? `${x} ${y}` : `H${x}V${y}`))
    .join('')
}

function drawSegment(all: readonly Spot[], isStepped: boolean): string {
  const only = all.length === 1 ? all[0] : undefined
  // A bucket alone between two gaps is a dot: a line of no length with a round end.
  if (only !== undefined) return `M${only.x} ${only.y}h0`
  return `M${isStepped ? steps(all) : join(all)}`
}

/** Path along one edge of the buckets, broken at gaps. */
export function linePath(points: readonly Point[], scales: Scales, edge: Edge, isStepped: boolean): string {
  return segments(points)
    .map((part) => drawSegment(spots(part, scales, EDGES[edge]), isStepped))
    .join('')
}

/** Area from the least to the most of each bucket; empty where they are the same. */
export function envelopePath(points: readonly Point[], scales: Scales): string {
  const wide = segments(points).filter((part) => part.some((point) => point[1] !== point[2]))
  return wide
    .map((part) => {
      const back = spots(part, scales, least).toReversed()
      return `M${join(spots(part, scales, most))}L${join(back)}Z`
    })
    .join('')
}
