import { HOSTS } from '@montana/trials'

type Cut = readonly [from: string, to: string]

/** Between the hosts of `side` and the others; both still reach the witnesses, the sink and the client. */
export function betweenSides(side: readonly string[]): Cut[] {
  return pairs(HOSTS).filter(([from, to]) => side.includes(from) !== side.includes(to))
}

/** Each of `order` reaches its two neighbours only. */
export function exceptNeighbours(order: readonly string[]): Cut[] {
  return pairs(order).filter(([from, to]) => {
    const apart = Math.abs(order.indexOf(from) - order.indexOf(to))
    return apart !== 1 && apart !== order.length - 1
  })
}

/** What the hosts of `side` send to the others is lost. */
export function oneWayFrom(side: readonly string[]): Cut[] {
  return betweenSides(side).filter(([from]) => side.includes(from))
}

function pairs(hosts: readonly string[]): Cut[] {
  return hosts.flatMap((from) => hosts.filter((to) => to !== from).map((to): Cut => [from, to]))
}
