import { LABELS, type Label } from '../mesh/constants.js'
import type { Fault } from './types.js'

/** Nothing passes from the first to the second. */
export type Cut = readonly [from: Label, to: Label]

/** Of a partition; empty for every other kind of fault. */
export function cutsOf({ kind, targets }: Pick<Fault, 'kind' | 'targets'>): Cut[] {
  switch (kind) {
    case 'halves':
    case 'isolated':
      return betweenSides(targets)
    case 'one-way':
      return betweenSides(targets).filter(([from]) => targets.includes(from))
    case 'ring':
      return exceptNeighbours(targets)
    default:
      return []
  }
}

function betweenSides(side: readonly Label[]): Cut[] {
  return pairs(LABELS).filter(([from, to]) => side.includes(from) !== side.includes(to))
}

function exceptNeighbours(order: readonly Label[]): Cut[] {
  return pairs(order).filter(([from, to]) => {
    const apart = Math.abs(order.indexOf(from) - order.indexOf(to))
    return apart !== 1 && apart !== order.length - 1
  })
}

function pairs(labels: readonly Label[]): Cut[] {
  return labels.flatMap((from) => labels.filter((to) => to !== from).map((to): Cut => [from, to]))
}
