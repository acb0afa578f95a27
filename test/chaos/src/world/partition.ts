import { LABELS, type Label } from '../mesh/constants.js'
import type { Nemesis } from './nemesis.js'
import type { Cut } from './reach.js'

/** Two against three: nobody has a quorum. */
export const halves: Nemesis = (world, { targets }) => split(world, betweenSides(targets))

/** One against four. */
export const isolated: Nemesis = (world, { targets }) => split(world, betweenSides(targets))

/** What the one sends is lost, what the others send arrives. */
export const oneWay: Nemesis = (world, { targets }) =>
  split(
    world,
    betweenSides(targets).filter(([from]) => targets.includes(from)),
  )

/** Each reaches its two neighbours only. */
export const ring: Nemesis = (world, { targets }) => split(world, exceptNeighbours(targets))

function split({ links, reach }: Parameters<Nemesis>[0], cuts: readonly Cut[]) {
  const undo = links.add({ cuts })
  reach.cut(cuts)
  return () => {
    reach.join(cuts)
    undo()
  }
}

export function betweenSides(side: readonly Label[]): Cut[] {
  return pairs(LABELS).filter(([from, to]) => side.includes(from) !== side.includes(to))
}

export function exceptNeighbours(order: readonly Label[]): Cut[] {
  return pairs(order).filter(([from, to]) => {
    const apart = Math.abs(order.indexOf(from) - order.indexOf(to))
    return apart !== 1 && apart !== order.length - 1
  })
}

function pairs(labels: readonly Label[]): Cut[] {
  return labels.flatMap((from) => labels.filter((to) => to !== from).map((to): Cut => [from, to]))
}
