import type { Label } from '../mesh/constants.js'
import type { ChaosNode } from '../mesh/node.js'
import type { Fault } from '../plan/types.js'
import type { Links } from './links.js'
import type { Reach } from './reach.js'

/** What faults are done to. */
export interface World {
  nodeOf(label: Label): ChaosNode
  readonly links: Links
  readonly reach: Reach
  readonly signal: AbortSignal
}

/** Ends the fault; resolves when everything is undone and every process that was ended has been started. */
export type Undo = () => void | Promise<void>

/** Does one kind of fault; resolves when it is in force. */
export type Nemesis = (world: World, fault: Fault) => Undo | Promise<Undo>
