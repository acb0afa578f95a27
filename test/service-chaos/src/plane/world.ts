import type { FakeClock, SmallDisk } from '@montana/chaos/host'
import type { ServiceGroup } from '../group/service-group.js'
import type { Agents } from './agents.js'
import type { Manager } from './manager.js'
import type { HostFault } from './schedule.js'
import type { Wires } from './wires.js'

/** What faults are done to. */
export interface World {
  readonly service: ServiceGroup
  readonly wires: Wires
  readonly agents: Agents
  readonly manager: Manager
  /** Of those hosts whose clock the schedule sets, and whose disk it fills. */
  readonly clocks: ReadonlyMap<string, FakeClock>
  readonly disks: ReadonlyMap<string, SmallDisk>
  readonly signal: AbortSignal
}

/** Ends the fault. Rejects where the host has not felt it: what was not felt has shown nothing. */
export type Undo = () => void | Promise<void>

/** Does one kind of fault; resolves when it is in force. */
export type Nemesis = (world: World, fault: HostFault) => Undo | Promise<Undo>

/** Throws RangeError for a fault without one. */
export function targetOf({ kind, targets: [target] }: HostFault): string {
  if (target === undefined) throw new RangeError(`${kind} has no target`)
  return target
}

/** Throws RangeError for a fault without one. */
export function amountOf({ kind, amount }: HostFault): number {
  if (amount === null) throw new RangeError(`${kind} has no amount`)
  return amount
}

export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RangeError(`the group has no ${what}`)
  return value
}
