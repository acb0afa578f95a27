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

/** Path along one edge of the buckets, broken at gaps; a bucket alone between two gaps is left to {@link dotPath}. */
export function linePath(points: readonly Point[], scales: Scales, edge: Edge, isStepped: boolean): string {
  const parts = segments(points).filter((part) => part.length > 1)
  return parts
    .map((part) => spots(part, scales, EDGES[edge]))
    .map((all) => `M${isStepped ? steps(all) : join(all)}`)
    .join('')
}

/** Buckets that stand alone, as lines of no length, which a round end makes dots. */
export function dotPath(points: readonly Point[], scales: Scales, edge: Edge): string {
  const alone = segments(points).filter((part) => part.length === 1)
  return spots(alone.flat(), scales, EDGES[edge])
    .map(({ x, y }) => `M${x} ${y}h0`)
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
