import type { Fault } from '../plan/types.js'
import type { Nemesis } from './nemesis.js'

/** So many of a hundred packets are lost, everywhere. */
export const loss: Nemesis = ({ links }, fault) => links.add({ lossPercent: amountOf(fault) })

/** What arrives at one machine is bounded. */
export const bandwidth: Nemesis = ({ links }, fault) =>
  links.add({ slow: { label: targetOf(fault), kibPerSecond: amountOf(fault) } })

/** Everything from and to one machine comes later. */
export const delay: Nemesis = ({ links }, fault) =>
  links.add({ delay: { label: targetOf(fault), ms: amountOf(fault) } })

export function amountOf({ kind, amount }: Fault): number {
  if (amount === null) throw new RangeError(`${kind} without its amount`)
  return amount
}

export function targetOf({ kind, targets: [target] }: Fault) {
  if (target === undefined) throw new RangeError(`${kind} without its target`)
  return target
}
