import type { Kind } from '@montana/chaos'
import { betweenSides, exceptNeighbours, oneWayFrom } from './cuts.js'
import { clock, enospc } from './host-faults.js'
import { cpu, freeze, kill, restart } from './processes.js'
import type { Nemesis } from './world.js'
import { amountOf, targetOf } from './world.js'

const halves: Nemesis = ({ wires }, { targets }) => wires.add({ cuts: betweenSides(targets) })
const oneWay: Nemesis = ({ wires }, { targets }) => wires.add({ cuts: oneWayFrom(targets) })
const ring: Nemesis = ({ wires }, { targets }) => wires.add({ cuts: exceptNeighbours(targets) })
/** Its cable is pulled: it has neither the others nor witnesses nor the sink. */
const isolated: Nemesis = ({ wires }, { targets }) => wires.add({ unplugged: targets })
const loss: Nemesis = ({ wires }, fault) => wires.add({ lossPercent: amountOf(fault) })
const bandwidth: Nemesis = ({ wires }, fault) =>
  wires.add({ slow: { host: targetOf(fault), kibPerSecond: amountOf(fault) } })

/** What is not here, the schedule leaves out. */
export const NEMESES: Readonly<Partial<Record<Kind, Nemesis>>> = {
  ...{ kill, freeze, restart, cpu, clock, enospc },
  ...{ halves, isolated, 'one-way': oneWay, ring, loss, bandwidth },
}
